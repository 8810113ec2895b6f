"""The linked matrices in a real browser: what follows mouse, finger and keys, without asking the server."""

from __future__ import annotations

import re

import numpy as np
import pytest

from core.probes.attention.by_hand import Projections, attention_by_hand, make_mask, word_tokens
from tests.driven import at_rest, frames_sent

pytestmark = pytest.mark.browser
BOARD = ".matrices"
WORDS = ("the", "cat", "sat", "on", "the", "mat")


def hand(mask="none"):
    return attention_by_hand(word_tokens(WORDS, 8), Projections.random(8, 0), 2, mask=make_mask(mask, 6))


def open_board(address, page, query=""):
    page.goto(f"{address}/attention{query}")
    page.wait_for_selector(f"{BOARD}[data-value]")
    page.get_by_text("Proof: these numbers").wait_for()
    at_rest(page)
    return page


def place(page, matrix, row, column):
    """Where a cell is on the screen."""
    return page.evaluate(
        """([matrix, row, column]) => {
            const { board } = document.querySelector('.matrices'), figure = board.figures[matrix];
            figure.canvas.scrollIntoView({ block: 'center' }); // on a phone the sum stays at the bottom of the screen
            const box = figure.canvas.getBoundingClientRect(), middle = ([from, to]) => (from + to) / 2;
            return [box.left + middle(figure.columns[column]), box.top + middle(figure.rows[row])];
        }""",
        [matrix, row, column],
    )


def wait_shown(page, matrix, row, column):
    page.wait_for_function(
        """([matrix, row, column]) => {
            const shown = document.querySelector('.matrices').dataset;
            return shown.matrix === matrix && shown.row === `${row}` && shown.column === `${column}`;
        }""",
        arg=[matrix, row, column],
    )


def point_at(page, matrix, row, column):
    page.mouse.move(*place(page, matrix, row, column))
    wait_shown(page, matrix, row, column)


def shown(page, name):
    return page.evaluate(f"document.querySelector('{BOARD}').dataset.{name}")


def written(page):
    """The sum, with the signs of Python."""
    return page.locator(".matrices-sum").inner_text().replace("−", "-").replace("\n", "")


def test_every_cell_says_its_value_and_the_sum_that_makes_it(address, page):
    sent = frames_sent(page)
    open_board(address, page)
    before, found = len(sent), hand()
    expected = {
        "tokens": found.tokens, "wk": found.projections.key, "q": found.q, "v": found.v, "scores": found.scores[1],
        "scaled": found.scaled[1], "weights": found.weights[1], "joined": found.joined,
        "wo": found.projections.output, "output": found.output,
    }  # fmt: skip
    for matrix, values in expected.items():
        for row, column in ((0, 4), (3, 5)):  # feature 5 and 6 belong to head 2
            point_at(page, matrix, row, column)
            assert float(shown(page, "value")) == pytest.approx(values[row, column], abs=1e-5), matrix
            if matrix in ("scores", "joined"):  # sums that are written out as a whole
                left, result = written(page).split(" = ")
                terms = [[float(n.strip("()")) for n in term.split(" × ")] for term in left.split(" + ")]
                assert len(terms) == {"scores": 4, "joined": 6}[matrix]
                assert sum(a * b for a, b in terms) == pytest.approx(float(result), abs=0.05)
    assert shown(page, "head") == "1" and before and len(sent) == before


def test_frames_mark_the_row_and_the_column(address, page):
    open_board(address, page)
    point_at(page, "scores", 2, 5)
    assert shown(page, "lit") == "q 2-3 0-4; k 5-6 0-4"
    point_at(page, "joined", 1, 6)
    assert shown(page, "lit") == "weights 1-2 0-6; v 0-6 6-7" and shown(page, "head") == "1"
    point_at(page, "scores", 2, 5)
    assert shown(page, "lit") == "q 2-3 4-8; k 5-6 4-8"
    page.get_by_role("button", name="Show head 1 of 2").click()
    page.wait_for_function("document.querySelector('.matrices').dataset.head === '0'")
    green = """() => {
        const { board } = document.querySelector('.matrices'), { canvas, rows, columns } = board.figures.masked;
        const ratio = devicePixelRatio, at = board.at;
        const [x, y] = [(columns[0][0] + columns[0][1]) / 2, rows[at.i][0] + 1];
        return [...canvas.getContext('2d').getImageData(Math.round(x * ratio), Math.round(y * ratio), 1, 1).data.slice(0, 3)];
    }"""
    assert page.evaluate(green) == [0, 158, 115]  # the row that the weight comes from


def test_by_keyboard(address, page):
    open_board(address, page)
    page.locator("canvas[data-matrix=weights]").focus()
    for key, row, column in (
        ("Home", 0, 0),
        ("ArrowRight", 0, 1),
        ("ArrowDown", 1, 1),
        ("End", 5, 5),
        ("ArrowDown", 5, 5),
        ("ArrowLeft", 5, 4),
    ):
        page.keyboard.press(key)
        wait_shown(page, "weights", row, column)
    told = page.locator("canvas[data-matrix=weights]").get_attribute("aria-valuetext")
    found = hand()
    assert told.startswith("row 6 of 6, column 5 of 6. mat (token 6) reads the (token 5), head 1: ")
    assert f"= {found.weights[0, 5, 4]:.3f}." in told and f"entropy {found.entropy[0, 5]:.2f} of at most ln 6 = 1.79" in told
    assert f"‖J‖ = {found.jacobian[0, 5]:.3f}" in told
    powers = [
        (float(a.replace("−", "-")), float(b.strip("()").replace("−", "-"))) for a, b in re.findall(r"e([−.\d]+) − (\(?[−.\d]+\)?)", told)
    ]
    scores, top = found.scaled[0, 5], found.scaled[0, 5].max()
    assert powers[0] == (round(scores[4], 2), round(top, 2)) and all(subtracted == round(top, 2) for _, subtracted in powers)
    assert all(any(score == round(s, 2) for s in scores) for score, _ in powers), "the numbers of the matrix itself"
    assert "cancels" in told
    page.keyboard.press("Shift+Tab")
    wait_shown(page, "masked", 0, 0)


def test_an_empty_row_is_explained_and_nothing_is_nan(address, page):
    open_board(address, page, "?mask=earlier")
    for row, column in np.ndindex(2, 3):
        point_at(page, "weights", row, column)
        assert "NaN" not in written(page)
    point_at(page, "weights", 0, 0)
    assert written(page) == "nothing to read: 0 / 0, taken as 0" and shown(page, "value") == "0"
    assert "here the row is 0" in page.locator(".matrices-note").inner_text()
    point_at(page, "masked", 0, 0)
    assert "the lowest finite number" in page.locator(".matrices-note").inner_text()
    page.get_by_text("nn.MultiheadAttention answers NaN there").wait_for()


def test_the_picture_is_in_sight_on_a_projector_and_on_a_phone(address, page):
    page.set_viewport_size({"width": 1024, "height": 768})
    open_board(address, page)
    box = page.locator(BOARD).bounding_box()
    assert box["y"] + box["height"] <= 768 and box["x"] + box["width"] <= 1024
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    page.wait_for_function("document.querySelector('.matrices').board.figures.weights.width > 140")
    box = page.locator(BOARD).bounding_box()
    assert (
        box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["y"] < page.get_by_role("slider", name="Temperature").bounding_box()["y"]
    )


def test_by_touch_and_with_a_changed_control(address, chromium):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    context.set_default_timeout(25_000)
    try:
        page = open_board(address, context.new_page())
        page.touchscreen.tap(*place(page, "weights", 3, 2))
        wait_shown(page, "weights", 3, 2)
        found = hand("causal")
        page.get_by_role("radio", name="Causal").tap()
        page.wait_for_function("document.querySelector('.matrices').board.data.mask.includes('0')")
        assert float(shown(page, "value")) == pytest.approx(found.weights[0, 3, 2], abs=1e-6)  # the cell stays chosen
        terms = re.findall(r"e(-?[\d.]+)", written(page))
        assert len(terms) == 1 + 4
        page.wait_for_function("location.search.endsWith('mask=causal')")
    finally:
        context.close()
