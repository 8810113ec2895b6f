"""Image strips as HTML: numbers, escaping."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
from PIL import Image

from dashboard.pictures.html import gallery_html, png_uri, samples_css

BLACK = np.zeros((2, 3, 32, 32), np.uint8)
CLASSES = ("cat", "<b>", 'dog "x"')


def test_names_are_escaped_everywhere():
    strip = gallery_html(BLACK[:1], np.array([1]), np.array([[0.1, 0.2, 0.7]]), CLASSES)
    assert "&lt;b&gt;" in strip and "<b><b>" not in strip
    assert 'dog "x"' not in strip and "dog &quot;x&quot;" in strip


def test_a_card_shows_truth_and_the_three_most_probable():
    probabilities = np.array([[0.05, 0.6, 0.25, 0.1], [0.4, 0.3, 0.2, 0.1]])
    right, wrong = gallery_html(BLACK, np.array([1, 2]), probabilities, ("w", "x", "y", "z")).split('<div class="lab-card ')[1:]
    assert "✓ right" in right and "wrong" not in right
    assert "✗ wrong" in wrong and "right" not in wrong
    shown = re.compile(r"--p:([\d.]+)\"><span>(\w)</span><b>(\d+) %")
    assert shown.findall(right) == [("0.600", "x", "60"), ("0.250", "y", "25"), ("0.100", "z", "10")]
    assert shown.findall(wrong) == [("0.400", "w", "40"), ("0.300", "x", "30"), ("0.200", "y", "20")]
    assert 'class="lab-bar true first"' in right and 'class="lab-bar true"' in wrong


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


def test_a_gallery_carries_its_images():
    images = np.random.default_rng(1).integers(0, 256, (2, 3, 32, 32)).astype(np.uint8)
    html = gallery_html(images, np.array([0, 1]), np.array([[0.9, 0.1, 0.0], [0.2, 0.1, 0.7]]), CLASSES)
    assert re.findall(r'src="([^"]*)"', html) == [png_uri(image) for image in images]
    assert re.findall(r'alt="([^"]*)"', html) == ["cat", "&lt;b&gt;"] and html.count("✓ right") == html.count("✗ wrong") == 1
