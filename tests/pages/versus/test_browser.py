"""GRU against transformer in a real browser: it opens on recorded runs, and trains what is missing while one watches."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.driven import at_rest, frames_sent

pytestmark = pytest.mark.browser
HERE = Path(__file__).resolve().parent
LENGTHS, LEARNING = ".st-key-versus_lengths .time-chart", ".st-key-versus_learning .time-chart"


@pytest.fixture(scope="module")
def small_lab(serve):
    return serve(HERE / "small_lab_app.py")


def open_page(address, page, query=""):
    page.goto(f"{address}/versus{query}")
    page.get_by_text("Proof: ").first.wait_for()
    return page


def known(page, chart):
    """How many lines of a chart have a value where it is read off."""
    return page.evaluate("chart => JSON.parse(document.querySelector(chart).dataset.values).filter((v) => v !== 'NaN').length", chart)


def test_the_bottleneck_is_read_off_under_the_pointer_without_the_server(address, page):
    sent = frames_sent(page)
    open_page(address, page)
    at_rest(page)
    page.wait_for_function("chart => document.querySelector(chart)?.dataset.at === '9'", arg=LENGTHS)
    assert page.locator(f"{LENGTHS} rect").count() == 1  # the part that was trained
    assert page.locator(f"{LENGTHS} path[fill-opacity='0.16']").count() == 3  # intervals
    before = len(sent)
    page.locator(f"{LENGTHS} .time-chart-plot").focus()
    for length in ("10", "11", "12"):
        page.keyboard.press("ArrowRight")
        page.wait_for_function("([chart, at]) => document.querySelector(chart).dataset.at === at", arg=[LENGTHS, length])
    told = page.locator(f"{LENGTHS} .time-chart-legend").inner_text()
    assert "4.4 % (2 to 11)" in told and "98.9 % (94 to 100)" in told
    assert "length of the input 12, n = 90" in page.locator(f"{LENGTHS} svg").last.text_content()
    assert len(sent) == before


def test_what_is_missing_is_trained_while_one_watches(small_lab, page):
    open_page(small_lab, page, "?task=addition")
    page.get_by_text("Nobody has trained these three").wait_for()
    page.get_by_role("button", name="Train all 3").click()
    page.get_by_role("button", name="Pause").wait_for()
    page.wait_for_function("chart => document.querySelector(chart)?.dataset.values", arg=LEARNING)
    page.wait_for_function(
        """chart => JSON.parse(document.querySelector(chart)?.dataset.values ?? '[]').filter((v) => v !== 'NaN').length === 3""",
        arg=LENGTHS,
    )  # fmt: skip
    assert known(page, LEARNING) == 3
    page.get_by_role("button", name="Trained here").wait_for()
    page.wait_for_function("[...document.querySelectorAll('.lab-table td')].filter((td) => td.innerText.endsWith('finished')).length === 3")
    page.goto(f"{small_lab}/train")
    page.get_by_text("on addition").first.wait_for()


def test_controls_change_the_picture_and_the_address(address, page):
    open_page(address, page, "?task=sort")
    page.get_by_text("The fixed vector gives up at 5 letters").wait_for()
    page.get_by_role("radio", name="loss").click()
    page.wait_for_function("location.search.includes('show=loss') && location.search.includes('task=sort')")
    page.get_by_text("Loss on validation inputs").wait_for()
    page.get_by_role("combobox").click()
    page.get_by_role("option", name="Reverse").click()
    page.get_by_text("The fixed vector gives up at 9 letters").wait_for()
    page.wait_for_function("location.search === '?show=loss'")


def test_the_picture_comes_first_on_a_phone_and_is_in_sight_on_a_projector(address, chromium):
    for width, height in ((390, 844), (1024, 768)):
        context = chromium.new_context(viewport={"width": width, "height": height}, has_touch=width < 500)
        context.set_default_timeout(25_000)
        try:
            page = open_page(address, context.new_page())
            page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
            chart, control = page.locator(f"{LENGTHS} .time-chart-plot"), page.get_by_role("slider", name="Hidden size, H")
            page.wait_for_function("chart => document.querySelector(chart)?.dataset.at", arg=LENGTHS)
            box = chart.bounding_box()
            assert box["y"] + box["height"] <= height and box["x"] + box["width"] <= width
            assert width > 500 or box["y"] < control.bounding_box()["y"]
        finally:
            context.close()


def test_the_panel_queues_four_kinds_of_positions_and_stops_them(serve, page):
    page.goto(serve(HERE / "breaking_app.py"))
    page.get_by_text("have moved by exactly 0 since the start").first.wait_for()
    panel = ".st-key-breaking_lengths .time-chart"
    page.wait_for_function("chart => document.querySelector(chart)?.dataset.at === '13'", arg=panel)
    page.get_by_role("radio", name="Sort").click()
    page.get_by_text("For this task the order does not matter").wait_for()
    page.get_by_role("button", name="Train all 4 here").click()
    page.get_by_text("in the queue").first.wait_for()
    page.locator(".st-key-breaking_stop button").click()
    page.locator(".st-key-breaking_train, .st-key-breaking_resume").first.wait_for()
    page.get_by_text("For this task the order does not matter").wait_for()
