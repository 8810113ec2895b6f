"""What the page Data draws as HTML: numbers, places on axes, escaping; and the sheet of images."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from core.data.statistics import Running
from dashboard.pictures.html import sheet_uri
from pages.data.view import balance_html, course_html, pairs_html

IMAGES = np.random.default_rng(0).integers(0, 256, (7, 3, 32, 32)).astype(np.uint8)


def decoded(uri):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.removeprefix("data:image/png;base64,")))))


@pytest.mark.parametrize("columns", [1, 3, 7, 8])
def test_a_sheet_has_its_images_row_by_row_and_black_for_the_rest(columns):
    sheet = decoded(sheet_uri(IMAGES, columns))
    rows = -(-len(IMAGES) // columns)
    assert sheet.shape == (32 * rows, 32 * columns, 3)
    for place in range(rows * columns):
        row, column = divmod(place, columns)
        found = sheet[32 * row : 32 * row + 32, 32 * column : 32 * column + 32].transpose(2, 0, 1)
        assert (found == (IMAGES[place] if place < len(IMAGES) else 0)).all()


def test_balance_has_numbers_shares_and_bars_of_one_scale():
    html = balance_html(("cat", "<i>dog</i>"), {"train": (30, 10), "val": (5, 5), "test": (0, 0)})
    assert re.findall(r"--p:([\d.]+)\"><span>(\d+)<small>([\d.]+) %", html) == [
        ("1.0000", "30", "75.0"), ("0.6667", "5", "50.0"), ("0.0000", "0", "0.0"),
        ("0.3333", "10", "25.0"), ("0.6667", "5", "50.0"), ("0.0000", "0", "0.0"),
    ]  # fmt: skip
    assert "<i>dog" not in html and "&lt;i&gt;dog" in html
    assert "<td>40</td><td>10</td><td>0</td>" in html


def test_dots_lie_on_the_axes_that_are_labelled():
    course = [Running(n, (0.5 + off, 0.5, 0.5 - off), (0.1, 0.2, 0.3)) for n, off in ((1, 10 / 255), (1000, 1 / 255), (20_000, 0.0))]
    html = course_html(course, (0.5, 0.5, 0.5))
    across = {text: float(at) for at, text in re.findall(r'<span style="--at:([\d.]+)">([\d,]+)</span>', html)}
    up = {text: float(at) for at, text in re.findall(r'<span style="--up:([\d.]+)">([\d.]+)</span>', html)}
    dots = [(c, float(at), float(up)) for c, at, up in re.findall(r'<i class="(\w+)" style="--at:([\d.]+);--up:([\d.]+)"', html)]
    assert len(dots) == 9
    assert dots[0] == ("red", across["1"], up["10"]) and dots[2] == ("blue", across["1"], up["10"])
    assert dots[3] == ("red", across["1,000"], up["1"])
    assert dots[6] == ("red", pytest.approx(across["10,000"] + 0.0602, abs=1e-3), up["0.01"]), "what is nearer lies on the edge"
    assert float(re.search(r'<b style="--up:([\d.]+)"', html)[1]) == up["1"]
    assert "First 20,000 training images" in html
    assert '<th scope="row">blue</th><td>0.5000</td><td>0.3000</td><td>127.5</td><td>76.5</td>' in html


def test_pairs_are_on_one_sheet_and_link_to_both_images():
    named = [
        (("test 5", "<b>cat</b>", "split=test&search=5"), ("train 7", "dog", "split=train&search=7")),
        (("test 6", "cat", "split=test&search=6"), ("train 9", "cat", "split=train&search=9")),
    ]
    html = pairs_html(IMAGES[:4], named, [1.0, 0.9512])
    assert (decoded(re.search(r"--sheet:url\((.*?)\)", html)[1]) == decoded(sheet_uri(IMAGES[:4], 4))).all()
    assert re.findall(r"background-position:([\d.]+)%", html) == ["0.0000", "33.3333", "66.6667", "100.0000"]
    assert re.findall(r'href="\?([^"]+)"', html)[:2] == ["split=test&amp;search=5", "split=train&amp;search=7"]
    assert re.findall(r"correlation ([\d.]+)", html) == ["1.000", "0.951"]
    assert "<b>cat</b></b>" not in html and "&lt;b&gt;cat" in html
