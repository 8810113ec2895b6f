"""The page "What passes the bar?" in a real browser: guessing by mouse and keyboard, a phone, a step trained live."""

from __future__ import annotations

import pytest

from core.training.presets import ROAD

pytestmark = pytest.mark.browser
DOTS = ".lab-road .dot"


@pytest.fixture
def road(lab, page):  # the page is closed before its server
    """The page by its own link: Streamlit's script must not look for the server elsewhere first, which would be an error in the console."""
    page.goto(f"{lab.url}bar")
    page.wait_for_selector(DOTS)
    page.wait_for_selector("html[data-keys]", state="attached")
    return page


def uncovered(page):
    return page.locator(".lab-road tbody tr:has(.dot)").count()


def wait_uncovered(page, lines):
    page.wait_for_function(f"document.querySelectorAll('.lab-road tbody tr:has(.dot)').length === {lines}")


def test_a_guess_by_mouse_uncovers_the_next_step(road):
    assert uncovered(road) == 1 and road.get_by_role("button", name="Reveal").is_disabled()
    road.get_by_text("more than 5 points").click()
    road.get_by_role("button", name="Reveal").click()
    wait_uncovered(road, 2)
    road.get_by_text(f"Next: {ROAD[2].title}").wait_for()
    road.wait_for_function("location.search === '?rung=2'")


def test_a_guess_by_keyboard(road):
    road.get_by_role("radio").first.focus()
    road.keyboard.press("ArrowDown")
    road.locator(".st-key-bar_reveal button:not([disabled])").wait_for()
    road.locator(".st-key-bar_reveal button").focus()
    road.keyboard.press("Enter")
    wait_uncovered(road, 2)


def test_dots_lie_on_the_axis_that_the_head_shows(road):
    road.get_by_role("button", name="Show all").click()
    wait_uncovered(road, len(ROAD) + 1)  # and the control
    places = road.evaluate(
        """() => {
          const middle = e => { const box = e.getBoundingClientRect(); return (box.left + box.right) / 2 };
          const [low, high] = [...document.querySelectorAll('.lab-lane.ticks span')].filter((_, i) => i === 0 || i === 5).map(middle);
          return [...document.querySelectorAll('.lab-road tbody tr')].map(row => {
            const dots = [...row.querySelectorAll('.dot')].map(dot => 40 + 50 * (middle(dot) - low) / (high - low));
            return [dots.reduce((a, b) => a + b) / dots.length, parseFloat(row.querySelector('td b').innerText)];
          });
        }"""
    )
    assert len(places) == len(ROAD) + 1
    for drawn, said in places:
        assert drawn == pytest.approx(said, abs=0.5)


def test_a_phone_sees_the_road_without_scrolling_sideways(road):
    road.set_viewport_size({"width": 390, "height": 844})
    road.get_by_role("button", name="Show all").click()
    wait_uncovered(road, len(ROAD) + 1)
    road.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    box = road.locator(".lab-road").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert road.locator(DOTS).first.is_visible()


def test_a_step_trains_live(road, lab):
    road.keyboard.press("Space")
    road.wait_for_function("Number(document.querySelector('.live-chart')?.dataset.points) > 0")
    road.wait_for_selector(".live-chart-plot .main-svg")
    assert int(road.evaluate("document.querySelector('.live-chart').dataset.newplots")) == 1
    road.get_by_role("button", name="Stop", exact=True).click()
    road.wait_for_function("!document.querySelector('.st-key-stop button:not([disabled])')")
    assert [*lab.statuses().values()] == ["stopped"]
