"""The live chart in a real browser: one figure a run, and nothing that a viewer has set is lost to an update."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
APP = Path(__file__).with_name("live_chart_app.py")
CHART, PLOT = ".live-chart", ".live-chart-plot"
SKETCH = f"{PLOT} .live-chart-sketch"
LOSS = f"{PLOT} .nsewdrag[data-subplot=xy]"


@pytest.fixture(scope="module")
def address(serve) -> str:
    return serve(APP)


@pytest.fixture
def chart(shared_page, address):
    """A page with a chart of a run that has just begun, and whose DOM node is remembered."""
    page = shared_page
    if not page.url.startswith(address):
        page.goto(address)
    wait_updates(page, 1)
    begin = counts(page)["newplots"]
    page.get_by_role("button", name="new run").click()
    page.wait_for_function(f"document.querySelector('{CHART}').dataset.newplots === '{begin + 1}'")
    wait_updates(page, 1)
    page.evaluate(f"window.node = document.querySelector('{PLOT}')")
    page.plots_before = counts(page)["newplots"]
    return page


def counts(page) -> dict[str, int]:
    data = page.evaluate(f"({{...document.querySelector('{CHART}').dataset}})")
    return {name: int(text) for name, text in data.items() if name != "theme"}


def wait_updates(page, more: int) -> None:
    """Until the chart has been updated `more` times from now."""
    begin = page.evaluate(f"Number(document.querySelector('{CHART}')?.dataset.updates ?? 0)")
    page.wait_for_function(f"Number(document.querySelector('{CHART}')?.dataset.updates) >= {begin + more}")


ASKED = "Number(document.body.innerText.match(/asked (\\d+),/)?.[1] ?? 0)"


def asked(page) -> int:
    """How often the browser has asked for everything, as the page last said. A busy browser may ask again before it is answered."""
    return page.evaluate(ASKED)


def wait_asked(page, times: int) -> None:
    page.wait_for_function(f"{ASKED} >= {times}")


def ranges(page) -> dict[str, list[float]]:
    return json.loads(
        page.evaluate("JSON.stringify(Object.fromEntries(['xaxis', 'xaxis2', 'yaxis'].map(a => [a, node._fullLayout[a].range])))")
    )


def zoom(page) -> dict[str, list[float]]:
    """Drag a box in the loss panel while updates arrive, as a person does; returns the ranges that result."""
    box = page.locator(LOSS).bounding_box()
    x, y, w, h = (box[k] for k in ("x", "y", "width", "height"))
    page.mouse.move(x + 0.2 * w, y + 0.2 * h)
    page.mouse.down()
    before = ranges(page)
    page.mouse.move(x + 0.4 * w, y + 0.5 * h, steps=4)
    page.wait_for_timeout(700)
    page.mouse.move(x + 0.6 * w, y + 0.7 * h, steps=4)
    page.mouse.up()
    page.wait_for_function(f"node._fullLayout.xaxis.range[0] > {before['xaxis'][0]} + 1e-6")
    zoomed = ranges(page)
    assert zoomed["xaxis"][0] == pytest.approx(0.2 * before["xaxis"][1], rel=0.05), "the box begins where the drag began"
    return zoomed


def test_zoom_hover_and_node_survive_updates(chart):
    zoomed = zoom(chart)
    box = chart.locator(LOSS).bounding_box()
    chart.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    chart.wait_for_selector(f"{PLOT} .hoverlayer .legend", state="attached")
    before = counts(chart)
    wait_updates(chart, 6)
    after = counts(chart)
    assert ranges(chart) == zoomed
    assert zoomed["xaxis"] == zoomed["xaxis2"], "the panels share their epochs"
    assert "epoch" in chart.locator(f"{PLOT} .hoverlayer .legend").text_content()
    assert chart.evaluate(f"node.isConnected && node === document.querySelector('{PLOT}')")
    assert after["newplots"] == before["newplots"]
    assert after["points"] > before["points"]


def test_a_hover_label_follows_what_moves_under_the_pointer(chart):
    box = chart.locator(LOSS).bounding_box()
    chart.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    label = chart.locator(f"{PLOT} .hoverlayer .legend")
    label.wait_for(state="attached")
    before = float(re.search(r"epoch ([\d.]+)", label.text_content())[1])
    wait_updates(chart, 10)
    assert float(re.search(r"epoch ([\d.]+)", label.text_content())[1]) > before


def test_double_click_follows_the_run_again(chart):
    zoom(chart)
    box = chart.locator(LOSS).bounding_box()
    chart.mouse.dblclick(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    chart.wait_for_function("node._fullLayout.xaxis.range[0] === 0 && node._fullLayout.yaxis.range[0] === 0")
    whole = ranges(chart)
    assert whole["xaxis"] == [0, pytest.approx(10.15)], "all epochs that were chosen"
    wait_updates(chart, 3)
    assert ranges(chart) == whole


def test_a_new_run_is_one_new_plot(chart):
    zoom(chart)
    chart.get_by_role("button", name="new run").click()
    chart.wait_for_function(f"document.querySelector('{CHART}').dataset.newplots === '{chart.plots_before + 1}'")
    assert ranges(chart)["xaxis"] == [0, pytest.approx(10.15)], "the zoom was the old run's"
    wait_updates(chart, 3)
    assert counts(chart)["newplots"] == chart.plots_before + 1
    assert chart.evaluate(f"node === document.querySelector('{PLOT}')")


def test_a_gap_is_repaired_by_asking_for_everything(chart):
    chart.get_by_text("asked 0,").wait_for()
    chart.get_by_role("button", name="leap").click()
    wait_asked(chart, 1)
    chart.wait_for_function(f"Number(document.querySelector('{CHART}').dataset.points) > 400")
    wait_updates(chart, 2)
    x = chart.evaluate("node.data[0].x")
    assert x == pytest.approx([(i + 0.5) / 100 for i in range(len(x))])
    assert counts(chart)["newplots"] == chart.plots_before


def test_a_chart_that_was_away_is_closed_and_comes_back_whole(chart):
    hide = chart.get_by_text("hide", exact=True)
    chart.get_by_role("button", name="leap").click()  # to more points than a message repeats
    wait_asked(chart, 1)
    before = asked(chart)
    hide.click()
    chart.wait_for_function("!node.isConnected && node._fullLayout === undefined")
    hide.click()
    wait_asked(chart, before + 1)
    wait_updates(chart, 2)
    assert chart.evaluate(f"document.querySelector('{PLOT}').data[0].x[0]") == pytest.approx(0.005)
    assert counts(chart)["points"] > 400


def test_a_doubled_stride_keeps_the_figure_and_its_zoom(chart):
    zoomed = zoom(chart)
    chart.get_by_role("button", name="double the stride").click()
    chart.get_by_text("stride 2").wait_for()
    chart.wait_for_function("Math.abs(node.data[0].x[1] - node.data[0].x[0] - 0.02) < 1e-9")
    wait_updates(chart, 2)
    assert ranges(chart) == zoomed
    assert counts(chart)["newplots"] == chart.plots_before


def test_the_figure_says_in_words_what_it_shows(chart):
    label = chart.locator(PLOT).get_attribute("aria-label")
    assert "GRU on shapes, epoch" in label and "of 10." in label and "accuracy" in label
    assert chart.locator(PLOT).get_attribute("role") == "figure"


def test_the_figure_follows_the_theme(chart):
    assert chart.evaluate("node.layout.paper_bgcolor").lower() == "#ffffff"
    chart.emulate_media(color_scheme="dark")
    chart.wait_for_function("node.layout.paper_bgcolor.toLowerCase() === '#11161c'")
    chart.emulate_media(color_scheme="light")
    chart.wait_for_function("node.layout.paper_bgcolor.toLowerCase() === '#ffffff'")
    assert counts(chart)["newplots"] == chart.plots_before


def test_without_the_chart_library_the_page_says_so_and_the_sketch_stays(page, address):
    page.route("**/vendor/plotly.min.js", lambda route: route.fulfill(status=200, content_type="text/javascript", body=""))
    page.goto(address)
    said = page.get_by_text("The chart library could not be loaded")
    said.wait_for()
    points = counts(page)["points"]
    page.wait_for_function(f"Number(document.querySelector('{CHART}').dataset.points) >= {points + 10}")
    assert page.locator(SKETCH).count() == 1 and sketched(page, "training") >= points + 10, "it follows the run"
    # In one look, for the sketch is drawn anew with every message. The message covers nothing:
    places = "document.querySelector('.live-chart-problem')", f"document.querySelector('{SKETCH}')"
    page.wait_for_function("{}?.getBoundingClientRect().top >= {}?.getBoundingClientRect().bottom".format(*places))


def sketched(page, name: str) -> int:
    """How many points the sketch's first line of this name has."""
    return page.evaluate(f"document.querySelector('{SKETCH} [data-name=\"{name}\"]').getAttribute('d').match(/[ML]/g).length")
