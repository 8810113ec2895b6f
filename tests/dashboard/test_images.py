"""Confusion matrices and image strips as HTML: numbers, axes, escaping."""

from __future__ import annotations

import base64
import io
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from dashboard.pictures.html import confusion_html, gallery_html, png_uri, samples_css, strip_html

MATRIX = np.array([[3, 1, 0], [2, 512, 123], [0, 0, 0]])
CLASSES = ("cat", "<b>", 'dog "x"')


class Cells(HTMLParser):
    """The table's cells as (tag, attributes, text), and every tag seen."""

    def __init__(self, html: str):
        super().__init__()
        self.cells, self.tags = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag in ("td", "th"):
            self.cells.append([tag, dict(attrs), ""])

    def handle_data(self, text):
        if self.cells and "table" in self.tags:
            self.cells[-1][2] += text

    def of(self, tag: str) -> list:
        return [cell for cell in self.cells if cell[0] == tag]


def test_counts_titles_and_axes():
    html = confusion_html(MATRIX, CLASSES, normalise=False, caption="Validation, epoch 3")
    table = Cells(html)
    cells = table.of("td")
    assert [int(text) for _, _, text in cells[:8]] == MATRIX.ravel().tolist()[:8]
    assert cells[5][1]["title"] == '<b> shown as dog "x": 123 of 637 (19.3 %)'
    assert [float(a["style"].removeprefix("--v:")) for _, a, _ in cells] == pytest.approx((MATRIX / 512).ravel(), abs=5e-4)
    assert [i for i, cell in enumerate(cells) if "diagonal" in cell[1]["class"]] == [0, 4, 8]
    rows = [text for _, a, text in table.of("th") if a.get("scope") == "row"]
    columns = [text for _, a, text in table.of("th") if a.get("scope") == "col"]
    assert rows == columns == list(CLASSES)
    assert "true ↓" in html and "predicted →" in html
    assert "Validation, epoch 3 · n = 641" in html
    assert "512 images" in html


def test_normalised_rows_are_percent_of_the_true_class():
    html = confusion_html(MATRIX, CLASSES, normalise=True, caption="x")
    texts = [text for _, _, text in Cells(html).of("td")]
    assert texts[:6] == ["75", "25", "0", "0", "80", "19"]
    assert [t.split("<")[0] for t in texts[6:8]] == ["–", "–"], "a class without images has no percentages"
    assert "80.4 % of the true class" in html


def test_an_empty_matrix_is_drawn():
    html = confusion_html(np.zeros((2, 2)), ("a", "b"), normalise=True, caption="x")
    assert "n = 0" in html and "nan" not in html


def test_names_are_escaped_everywhere():
    matrix = confusion_html(MATRIX, CLASSES, normalise=False, caption="<script>alert(1)</script>")
    strip = strip_html(np.array([1]), np.array([[0.1, 0.2, 0.7]]), CLASSES)
    assert not {"b", "script"} & set(Cells(matrix).tags)
    assert "&lt;b&gt;" in strip and "<b><b>" not in strip
    assert 'dog "x"' not in strip and "dog &quot;x&quot;" in strip


def test_a_card_shows_truth_and_the_three_most_probable():
    probabilities = np.array([[0.05, 0.6, 0.25, 0.1], [0.4, 0.3, 0.2, 0.1]])
    right, wrong = strip_html(np.array([1, 2]), probabilities, ("w", "x", "y", "z")).split('<div class="lab-card ')[1:]
    assert "✓ right" in right and "wrong" not in right
    assert "✗ wrong" in wrong and "right" not in wrong
    shown = re.compile(r"--p:([\d.]+)\"><span>(\w)</span><b>(\d+) %")
    assert shown.findall(right) == [("0.600", "x", "60"), ("0.250", "y", "25"), ("0.100", "z", "10")]
    assert shown.findall(wrong) == [("0.400", "w", "40"), ("0.300", "x", "30"), ("0.200", "y", "20")]
    assert 'class="lab-bar true first"' in right and 'class="lab-bar true"' in wrong


def test_before_the_first_prediction_nothing_is_judged():
    html = strip_html(np.array([0]), None, ("a",))
    assert "right" not in html and "wrong" not in html and "lab-bar" not in html


def test_a_png_is_the_image_pixel_by_pixel():
    image = np.random.default_rng(0).integers(0, 256, (3, 32, 32)).astype(np.uint8)
    uri = png_uri(image)
    decoded = np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.removeprefix("data:image/png;base64,")))))
    np.testing.assert_array_equal(decoded, image.transpose(1, 2, 0))
    assert png_uri(image.copy()) is uri, "kept by content"


def test_the_style_sheet_holds_each_image_once():
    images = np.random.default_rng(0).integers(0, 256, (3, 3, 32, 32)).astype(np.uint8)
    css = samples_css(images)
    for place, image in enumerate(images):
        assert f".lab-sample-{place}{{background-image:url({png_uri(image)})}}" in css
    assert 'class="lab-sample lab-sample-2" role="img" aria-label="b"' in strip_html(np.array([0, 0, 1]), None, ("a", "b"))


def test_a_gallery_carries_its_images():
    images = np.random.default_rng(1).integers(0, 256, (2, 3, 32, 32)).astype(np.uint8)
    html = gallery_html(images, np.array([0, 1]), np.array([[0.9, 0.1, 0.0], [0.2, 0.1, 0.7]]), CLASSES)
    assert re.findall(r'src="([^"]*)"', html) == [png_uri(image) for image in images]
    assert re.findall(r'alt="([^"]*)"', html) == ["cat", "&lt;b&gt;"] and html.count("✓ right") == html.count("✗ wrong") == 1
