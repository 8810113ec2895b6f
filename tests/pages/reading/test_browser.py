"""The page Recurrence against attention in a real browser: the scrub bar, paths and erased patches, by mouse, keys and touch."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import torch

from core.data.ship import ship
from core.data.splits import normalize
from core.evaluation.pictures import mean_color, probabilities
from core.probes.reading.change_of_mind import change_of_mind, erase
from core.probes.reading.reading import beliefs
from core.records.recorded import recorded_epochs, recorded_run
from core.training.runs.checkpoint import open_model
from tests.driven import at_rest, frames_sent

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[3]
GRU, VIT = "recorded-cifar10-compare-gru-0", "recorded-cifar10-compare-vit-0"


@pytest.fixture
def visit(address, page):
    def go(query=""):
        page.goto(f"{address}/reading{query}")
        page.wait_for_selector(f".reading-row[data-run={VIT}] .reading-mind button:not([hidden])")
        page.get_by_text("Proof: for ").wait_for()
        at_rest(page)
        return page

    return go


@pytest.fixture(scope="module")
def opened():
    return open_model(recorded_epochs("cifar10-compare-vit-0")[recorded_run("cifar10-compare-vit-0").best.epoch])


@pytest.fixture(scope="module")
def believed(opened):
    """What the ViT believes of the ship after each patch, (65, 10)."""
    return beliefs(opened.model, normalize(torch.from_numpy(ship()[None]), opened.mean, opened.std))[0].numpy()


def top_bar(values, classes):
    first = int(values.argmax())
    return f"{classes[first]} {100 * values[first]:.0f} %"


def wait_top(page, words, run_id=VIT):
    """Wait until the first bar of a reader says so."""
    page.wait_for_function(
        """([run, words]) => document.querySelector(`.reading-row[data-run=${run}] .reading-class`)
        .innerText.replace(/\\s+/g, ' ') === words""",
        arg=[run_id, words],
    )


def wait_t(page, t):
    page.wait_for_function("t => document.querySelector('.reading').dataset.t === t", arg=str(t))


def painted(page, run_id, x, y):
    """The color at a pixel of the picture as a reader's row shows it: in its middle, where no frame is."""
    return page.evaluate(
        """([run, x, y]) => [...document.querySelector(`.reading-row[data-run=${run}] canvas`).getContext('2d')
        .getImageData(8 * x + 4, 8 * y + 4, 1, 1).data].slice(0, 3)""",
        [run_id, x, y],
    )


def test_the_scrub_bar_by_keyboard_shows_what_is_believed(visit, opened, believed):
    page = visit()
    wait_t(page, 32)
    wait_top(page, top_bar(believed[32], opened.classes))
    page.locator(".reading-scrub").focus()
    for key, t in (("ArrowRight", 33), ("ArrowRight", 34), ("End", 64), ("Home", 0), ("ArrowRight", 1)):
        page.keyboard.press(key)
        wait_t(page, t)
        wait_top(page, top_bar(believed[t], opened.classes))
    assert page.locator(".reading-scrub").get_attribute("aria-valuetext").startswith("1 of 64 patches read; cifar10-compare-gru-0 ")
    assert painted(page, VIT, 1, 1) == ship()[:, 1, 1].tolist()  # read
    red, green, blue = painted(page, VIT, 5, 1)
    assert red == green == blue  # not read yet
    page.wait_for_url("**/reading?t=1")


def test_sixty_moves_are_one_message(address, page):
    sent = frames_sent(page)
    page.goto(f"{address}/reading")
    page.wait_for_selector(f".reading-row[data-run={VIT}] .reading-mind button:not([hidden])")
    page.get_by_text("Proof: for ").wait_for()
    at_rest(page)
    before = len(sent)
    page.evaluate(
        """() => { const bar = document.querySelector('.reading-scrub');
        for (let t = 1; t <= 60; t += 1) { bar.value = t; bar.dispatchEvent(new Event('input')); } }"""
    )
    wait_t(page, 60)
    page.wait_for_url("**/reading?t=60")
    assert 1 <= len(sent) - before <= 2


def test_a_path_by_mouse_and_by_keyboard(visit):
    page = visit()
    row = page.locator(f".reading-row[data-run={GRU}] canvas")
    box = row.bounding_box()
    for patch in (10, 43):
        page.mouse.click(box["x"] + (patch % 8 + 0.5) * box["width"] / 8, box["y"] + (patch // 8 + 0.5) * box["height"] / 8)
    place = page.locator(".reading-place")
    place.get_by_text("cifar10-compare-gru-0, patch 11 → 44: 33 steps, back: 33 steps").wait_for()
    assert "cifar10-compare-vit-0, patch 11 → 44: 1 step, back: 1 step." in place.inner_text()
    page.wait_for_url("**/reading?path=10-43")
    page.get_by_role("button", name="Clear path").click()
    place.get_by_text("To see the path between two patches").wait_for()
    page.locator(f".reading-row[data-run={VIT}] canvas").focus()
    for key in ("ArrowRight", "Enter", "ArrowDown", "ArrowDown", "Space"):
        page.keyboard.press(key)
    place.get_by_text("cifar10-compare-vit-0, patch 2 → 18: 1 step, back: 1 step").wait_for()
    page.keyboard.press("Escape")
    place.get_by_text("To see the path between two patches").wait_for()


def test_erasing_changes_its_mind(visit, opened):
    page = visit("?t=10")
    found = change_of_mind(partial(probabilities, opened), ship(), 4, mean_color(opened))
    page.locator(f".reading-row[data-run={VIT}]").get_by_role("button", name="Erase").click()
    wait_top(page, top_bar(found.probabilities, opened.classes))
    picture = erase(ship(), found.patches, 4, mean_color(opened))
    for patch in (*found.patches, 63):
        y, x = 4 * (patch // 8) + 1, 4 * (patch % 8) + 1
        assert painted(page, VIT, x, y) == picture[:, y, x].tolist()
    row = page.locator(f".reading-row[data-run={VIT}]")
    says = opened.classes[int(found.probabilities.argmax())]
    assert f"it says {says}. The faded curve belongs to the whole picture." in row.locator(".reading-mind").inner_text()
    assert row.locator(".reading-plot.faded").count() == 1 and " on it says " not in row.locator(".reading-mind").inner_text()
    page.get_by_role("button", name="As it was").click()
    page.wait_for_function("document.querySelector('.reading-row button[aria-pressed=true]') === null")
    assert row.locator(".reading-plot.faded").count() == 0 and " on it says " in row.locator(".reading-mind").inner_text()


def test_by_touch_on_a_phone(visit, opened, believed):
    page = visit()
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    touch = page.context.new_cdp_session(page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    plot = page.locator(f".reading-row[data-run={VIT}] .reading-plot")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    places = [(box["x"] + box["width"] * share, box["y"] + box["height"] / 2) for share in (0.3, 0.4, 0.5, 0.6, 0.75)]
    for kind, place in (("touchStart", places[0]), *(("touchMove", place) for place in places[1:])):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": place[0], "y": place[1]}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    wait_t(page, 48)
    wait_top(page, top_bar(believed[48], opened.classes))


def test_all_readers_are_in_sight_on_a_projector(visit):
    page = visit()
    page.set_viewport_size({"width": 1024, "height": 768})
    page.wait_for_function(
        """() => [...document.querySelectorAll('.reading-scrub, .reading-row')].every((part) => {
        const box = part.getBoundingClientRect(); return box.top >= 0 && box.bottom <= 768 && box.right <= 1024; })"""
    )


def test_the_picture_follows_from_page_to_page(visit):
    """Two pages that choose a picture have the same widgets; the first time, a browser's new page knew nothing of their values."""
    page = visit("?image=9&set=shapes")
    for section, title, part in (
        ("Lab", "Try it", ".patch-caption"),
        ("Attention", "Recurrence against attention", ".reading-notes"),
        ("Lab", "Try it", ".patch-caption"),
    ):
        at_rest(page)
        page.get_by_text(section, exact=True).first.click()
        page.get_by_text(title, exact=True).last.click()
        page.locator(part).get_by_text("triangle: shapes, validation image 9 of 2,000").wait_for()
