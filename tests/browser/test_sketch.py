"""The sketch: the page Train has its curve before the chart library is there, and nothing moves when the library takes over."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from core.records.recorded import recorded_run
from dashboard.__main__ import APP
from dashboard.shell.services import FIRST_RECORDED
from tests.browser.test_live_chart import CHART, PLOT, SKETCH, counts, sketched

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(serve) -> str:
    return f"{serve(APP)}/train"


@contextmanager
def library_held_back(page):
    """Until the block ends, the chart library is on its way."""
    held = []
    page.route("**/vendor/plotly.min.js", lambda route: held.append(route))
    yield
    for route in held:
        route.continue_()


def open_sketch(page, address: str) -> None:
    page.goto(address)
    page.locator(SKETCH).wait_for()
    page.wait_for_selector("html[data-keys]", state="attached")  # the last element of the page: nothing above it moves any more
    page.evaluate("document.fonts.ready")


def places(page, selector: str) -> list[tuple[str, list[float]]]:
    """The text and [left, top, right, bottom] of each element."""
    found = page.locator(selector).evaluate_all("all => all.map(e => [e.textContent.trim(), e.getBoundingClientRect()])")
    return [(text, [box[side] for side in ("left", "top", "right", "bottom")]) for text, box in found if text != "★"]


def assert_same_places(one, other, *, within: float) -> None:
    """The same elements at the same places, to so many pixels, in any order."""
    assert len(one) == len(other)
    for text, box in one:
        assert any(text == there and box == pytest.approx(place, abs=within) for there, place in other), (text, box, other)


@pytest.mark.parametrize("width", [1024, 380])
def test_the_curve_is_there_before_the_library_and_stays_where_it_is(page, address, width):
    page.set_viewport_size({"width": width, "height": 768})
    run = recorded_run(FIRST_RECORDED)
    with library_held_back(page):
        open_sketch(page, address)
        assert sketched(page, "training") == sketched(page, "training, smoothed") == counts(page)["points"] == len(run.points)
        assert sketched(page, "validation") == len(run.epochs)
        assert page.locator(f"{SKETCH} circle").count() == 2 * len(run.epochs)
        assert "GRU on shapes, epoch 20.00 of 20." in page.locator(PLOT).get_attribute("aria-label")
        chart, curves, words = page.locator(CHART).bounding_box(), places(page, f"{SKETCH} path[data-name]"), places(page, f"{SKETCH} text")
        assert {"loss", "accuracy (%)", "learning rate", "epoch", "training", "validation"} <= {text for text, _ in words}
        assert page.locator(f"{PLOT} .main-svg").count() == 0
    page.locator(f"{PLOT} .main-svg").first.wait_for()
    assert page.locator(SKETCH).count() == 0
    assert counts(page)["newplots"] == 1 and counts(page)["points"] == len(run.points)
    assert page.locator(CHART).bounding_box() == chart
    assert_same_places(curves, places(page, f"{PLOT} .scatterlayer .js-line"), within=1.5)
    assert_same_places(words, places(page, f"{PLOT} .main-svg text"), within=2.5)


def test_a_recorded_run_is_seen_whole_and_replayed_when_asked(page, address):
    points = len(recorded_run(FIRST_RECORDED).points)
    page.goto(address)
    page.locator(f"{PLOT} .main-svg").first.wait_for()
    page.wait_for_timeout(1500)
    assert counts(page)["points"] == points and "replay, epoch" not in page.locator(".live-chart-label").inner_text()
    page.get_by_role("button", name="replay").click()
    page.wait_for_function(
        f"Number(document.querySelector('{CHART}').dataset.points) < {points / 2} "
        "&& document.querySelector('.live-chart-label').textContent.includes('replay, epoch')"
        "&& getComputedStyle(document.querySelector('.lab-figures')).opacity === '0.4'"  # which are those of the end
    )
    for part in page.locator(".watched").all():
        assert int(part.get_attribute("data-epoch")) < 20, "matrix and cards show the moment of the curve"
    page.wait_for_function(f"Number(document.querySelector('{CHART}').dataset.points) === {points}")
    assert "replay, epoch" not in page.locator(".live-chart-label").inner_text()
    assert [part.get_attribute("data-epoch") for part in page.locator(".watched").all()] == ["20", "20"]
    assert page.locator(".lab-figures").evaluate("element => getComputedStyle(element).opacity") == "1"
    assert counts(page)["newplots"] == 1 and counts(page)["updates"] > 10


def test_the_sketch_follows_theme_and_width(page, address):
    page.emulate_media(color_scheme="dark")
    with library_held_back(page):
        open_sketch(page, address)
        assert page.locator(SKETCH).get_attribute("fill").lower() == "#e8ecf0"
        wide = page.locator(SKETCH).bounding_box()["width"]
        page.set_viewport_size({"width": 900, "height": 800})
        page.wait_for_function(f"document.querySelector('{SKETCH}').clientWidth < {wide - 200}")
        assert page.locator(SKETCH).bounding_box()["width"] == page.locator(CHART).bounding_box()["width"]
    page.locator(f"{PLOT} .main-svg").first.wait_for()
