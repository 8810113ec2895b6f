"""A confusion matrix as HTML: numbers, axes, escaping."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np
import pytest

from pages.train.view import confusion_html

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


def test_names_of_a_matrix_are_escaped():
    matrix = confusion_html(MATRIX, CLASSES, normalise=False, caption="<script>alert(1)</script>")
    assert not {"b", "script"} & set(Cells(matrix).tags)
