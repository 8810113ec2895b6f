"""The figures of the page Vision Transformer: places in the drawing, the numbers, and the words that follow from them."""

import re

import numpy as np
import pytest

from pages.vit.figures_view import around, became_local, distance_rows, distances_svg, steps_html

VALUES = np.array([[[4.0, 4.2], [4.1, 3.9]], [[4.0, 4.1], [3.0, 3.9]], [[4.0, 4.3], [1.5, 3.8]]])  # (3 epochs, 2 layers, 2 heads)


def circles(svg, chosen=False):
    look = ' class="chosen"' if chosen else ""
    return [(float(x), float(y)) for x, y in re.findall(rf'<circle{look} cx="([\d.]+)" cy="([\d.]+)"', svg)]


def test_points_lie_where_their_numbers_are():
    first, second = distances_svg([0, 3, 7], VALUES, even=4.14, epoch=3, chosen=(1, 0))
    (even,) = re.findall(r'class="even" x1="[\d.]+" y1="([\d.]+)"', second)
    ticks = [(float(number), float(y) - 3) for y, number in re.findall(r'y="([\d.]+)" text-anchor="end">([\d.]+)<', second)]
    (low, bottom), (high, top) = ticks[0], ticks[-1]
    unit = (bottom - top) / (high - low)
    points = circles(second, chosen=True)
    assert [low + (bottom - y) / unit for _, y in points] == pytest.approx([4.1, 3.0, 1.5], abs=0.01)
    assert low + (bottom - float(even)) / unit == pytest.approx(4.14, abs=0.01) and 3 <= len(ticks) <= 6
    assert (points[1][0] - points[0][0]) / (points[2][0] - points[0][0]) == pytest.approx(3 / 7, abs=0.01)
    assert len(circles(second)) == 3 and len(circles(first)) == 6 and not circles(first, chosen=True)
    assert f'class="now" x1="{points[1][0]:.1f}"' in second


def test_the_axis_lies_around_the_reference_and_all_heads():
    near = np.array([[[4.0, 4.1]], [[3.9, 4.2]]])
    low, high = around(near, 4.14)
    assert 3.7 < low < 3.9 and 4.2 < high < 4.4, "differences of a twentieth of a patch fill the chart"
    assert around(np.array([[[0.05, np.nan]]]), 4.14)[0] == 0 and around(near, 6.0)[1] > 6.0


def test_one_epoch_a_patch_without_distance_and_a_single_patch_are_drawn():
    (svg,) = distances_svg([4], np.array([[[1.0, np.nan]]]), even=0.0, epoch=4, chosen=(0, 1))
    assert len(circles(svg)) == 1 and "nan" not in svg


def test_rows_hold_every_number():
    rows = distance_rows([0, 3, 7], VALUES)
    assert len(rows) == 4 and rows[2] == {"head": "layer 2, head 1", "epoch 1": 4.1, "epoch 4": 3.0, "epoch 8": 1.5}


def test_words_say_whether_a_head_became_local():
    assert became_local([0, 3, 7], VALUES, 4.14) == (
        "**Head 1 of layer 2 became local**: 4.10 patches after epoch 1, 1.50 after epoch 8 (all patches alike: 4.14)."
    )
    assert became_local([0, 3], VALUES[:2], 4.14).endswith(
        "(all patches alike: 4.14). No head of this run came below half the distance of even attention."
    )
    assert became_local([0, 3], VALUES[:2], 4.14).startswith("Most local became **head 1 of layer 2**: 4.10 patches after epoch 1, 3.00")
    assert became_local([0, 1], VALUES[[0, 0]] + [[[0]], [[0.1]]], 4.14).startswith("**No head of this run became more local.**")
    assert became_local([2], VALUES[:1], 4.14).startswith("The weights of one epoch are kept")
    assert became_local([0, 1], VALUES[:2] * np.nan, 4.14).startswith("No head has a distance here")


def test_a_head_that_was_local_from_the_start_is_not_called_none():
    values = np.array([[[1.0, 4.0]], [[1.1, 3.5]]])
    assert "No head" not in became_local([0, 1], values, 4.14) and "head 2 of layer 1" in became_local([0, 1], values, 4.14)


def test_steps_have_the_numbers_of_the_run_and_escape():
    config = {"patch_size": 4, "embed_dim": 64, "num_heads": 4, "positions": "<b>new</b>"}
    html = steps_html([("images", (4, 3, 32, 32)), ("patches", (4, 64, 64)), ("positions", (4, 65, 64)), ("layer 1", (4, 65, 64))], config)
    for wanted in ("(4, 3, 32, 32)", "64 patches of 4 × 4 pixels", "4 heads of 16 features", "(4, 4, 65, 65)", "&lt;b&gt;new"):
        assert wanted in html
    assert "<b>new" not in html and html.count("<li") == 4 and html.count("class=layer") == 1
