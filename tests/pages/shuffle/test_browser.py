"""The page Shuffle test in a real browser: patches dragged by mouse, carried by keys, tapped with a finger."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.data.ship import sailing_ship
from core.evaluation.pictures import probabilities, top_classes
from core.evaluation.shuffled import shuffled_image
from core.records.recorded import recorded_epochs, recorded_run
from core.training.runs.checkpoint import open_model

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[3]
GRU, VIT, BAG = "recorded-cifar10-compare-gru-0", "recorded-cifar10-compare-vit-0", "recorded-cifar10-vit-none-0"
PICTURE, CARD = ".shuffle-picture", ".shuffle-card"


@pytest.fixture
def visit(address, page):
    def go(query):
        page.goto(f"{address}/shuffle?{query}")
        page.wait_for_selector(f"{CARD} .dot.equal")
        page.locator(PICTURE).scroll_into_view_if_needed()
        return page

    return go


def at(page, place):
    """The middle of one of the 16 places, in pixels of the window."""
    box = page.locator(PICTURE).bounding_box()
    row, column = divmod(place, 4)
    return box["x"] + (column + 0.5) * box["width"] / 4, box["y"] + (row + 0.5) * box["height"] / 4


def drag(page, first, second):
    page.mouse.move(*at(page, first))
    page.mouse.down()
    page.mouse.move(*at(page, second), steps=8)
    page.mouse.up()


def order(*swaps):
    found = np.arange(16)
    for first, second in swaps:
        found[[first, second]] = found[[second, first]]
    return found


def answered(page, found):
    text = "" if (found == np.arange(16)).all() else ".".join(map(str, found))
    page.wait_for_function("text => document.querySelector('.shuffle-board').dataset.answered === text", arg=text)


def says(page, model, name):
    page.wait_for_function(
        "([card, name]) => document.querySelector(card + ' .shuffle-bar span')?.innerText === name",
        arg=[f"{CARD}[data-model={model}]", name],
    )


def answer(model, found):
    name = model.removeprefix("recorded-")
    opened = open_model(recorded_epochs(name)[recorded_run(name).best.epoch])
    return opened.classes[top_classes(probabilities(opened, shuffled_image(sailing_ship(), found)[None])[0], 1)[0]]


def verdict(page, model, word):
    page.wait_for_selector(f"{CARD}[data-model={model}] .shuffle-verdict.{word}")


def touched(page, first, second):
    touch = page.context.new_cdp_session(page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    start, stop = at(page, first), at(page, second)
    steps = [tuple(a + (b - a) * k / 8 for a, b in zip(start, stop, strict=True)) for k in range(9)]
    for kind, (x, y) in zip(["touchStart", *["touchMove"] * 8], steps, strict=True):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def carried(page, first, second):
    """From the top left corner, where Home would be, to `first` and on to `second`, by arrow keys and the space bar."""
    page.locator(PICTURE).focus()
    for key, count in (("ArrowLeft", 4), ("ArrowUp", 4), ("ArrowDown", first // 4), ("ArrowRight", first % 4)):
        press(page, key, count)
    page.keyboard.press("Space")
    for key, count in (("ArrowLeft", 3), ("ArrowDown", second // 4 - first // 4), ("ArrowRight", second % 4)):
        press(page, key, count)
    page.keyboard.press("Space")


def press(page, key, count):
    for _ in range(count):
        page.keyboard.press(key)


@pytest.mark.parametrize("move", [drag, touched, carried])
def test_the_ships_patches_are_moved_until_the_gru_gives_up_and_then_the_vit(visit, move):
    page = visit("")
    swaps = []
    for first, second in ((5, 14), (9, 15), (6, 13)):
        move(page, first, second)
        swaps.append((first, second))
        answered(page, order(*swaps))
        for model in (GRU, VIT, BAG):
            says(page, model, answer(model, order(*swaps)))
    assert [answer(GRU, order(*swaps[:n])) == "ship" for n in range(4)] == [True, True, False, False]
    assert [answer(VIT, order(*swaps[:n])) == "ship" for n in range(4)] == [True, True, True, False]
    verdict(page, BAG, "equivariant")
    page.get_by_role("button", name="Undo").click()
    answered(page, order(*swaps[:2]))
    says(page, VIT, "ship")


def test_the_board_answers_while_a_patch_is_being_dragged(visit):
    page = visit("models=encoder,gru")
    page.mouse.move(*at(page, 3))
    page.mouse.down()
    page.mouse.move(*at(page, 12), steps=8)
    answered(page, order((3, 12)))
    page.mouse.move(*at(page, 5), steps=8)
    answered(page, order((3, 5)))
    page.mouse.move(*at(page, 3), steps=4)
    page.mouse.up()
    answered(page, order())


def test_positions_break_equivariance(visit):
    page = visit("models=encoder,encoder-sinusoidal")
    page.get_by_role("button", name="Reverse").click()
    answered(page, order()[::-1])
    verdict(page, "encoder", "equivariant")
    verdict(page, "encoder-sinusoidal", "neither")
    page.wait_for_function("location.search.includes('order=15.14.13')")


def test_a_patch_is_carried_by_keys(visit):
    page = visit("models=encoder,convolution")
    page.locator(PICTURE).focus()
    for key in ("ArrowRight", "Space", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    answered(page, order((0, 5)))
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('.shuffle-place').innerText.startsWith('2 of 16 patches moved')")
    page.keyboard.press("x")
    answered(page, order())
    page.keyboard.press("t")
    verdict(page, "convolution", "equivariant")


def test_two_taps_swap(visit):
    page = visit("models=encoder,gru")
    page.mouse.click(*at(page, 1))
    page.mouse.click(*at(page, 14))
    answered(page, order((1, 14)))
    verdict(page, "gru", "neither")
