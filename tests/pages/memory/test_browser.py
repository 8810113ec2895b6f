"""The page Memory in a real browser: the journey "show why a plain RNN forgets", and that looking asks the server for nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.probes.memory.gradient_flow import FlowSetup, gradient_flow
from tests.driven import at_rest, frames_sent

pytestmark = pytest.mark.browser
APP = Path(__file__).resolve().parents[3] / "dashboard" / "app.py"
FLOW, INFLUENCE = ".st-key-memory_flow .time-chart", ".influence"


def open_memory(address, page, query=""):
    page.goto(f"{address}/memory{query}")
    page.wait_for_selector(f"{FLOW}[data-at]")
    page.get_by_text("This set-up as a link").wait_for()
    at_rest(page)
    return page


def wait_read(page, chart, at):
    page.wait_for_function(f"document.querySelector('{chart}').dataset.at === '{at}'")
    return [float(value) for value in json.loads(page.evaluate(f"document.querySelector('{chart}').dataset.values"))]


def wait_output(page, s):
    page.wait_for_function(f"document.querySelector('{INFLUENCE}').dataset.s === '{s}'")
    return json.loads(page.evaluate(f"document.querySelector('{INFLUENCE}').dataset.lit"))


def wait_flow(page, which, value):
    """Until line `which` of the first chart reads this at the step that is looked at."""
    page.wait_for_function(f"Math.abs(JSON.parse(document.querySelector('{FLOW}').dataset.values)[{which}] / {value} - 1) < 1e-6")


def test_pointing_and_arrow_keys_ask_the_server_for_nothing(address, page):
    sent = frames_sent(page)
    open_memory(address, page)
    flow = gradient_flow("rnn", FlowSetup(bias=3))
    before = len(sent)
    plot = page.locator(f"{FLOW} .time-chart-plot")
    plot.focus()
    page.keyboard.press("End")
    assert wait_read(page, FLOW, "60")[0] == pytest.approx(1)
    page.keyboard.press("ArrowLeft")
    assert wait_read(page, FLOW, "59")[0] == pytest.approx(flow.state[58])
    assert "step t 59: plain RNN 0." in plot.get_attribute("aria-valuetext")
    box = plot.bounding_box()
    page.mouse.move(box["x"] + 51, box["y"] + 100)
    assert wait_read(page, FLOW, "1")[0] == pytest.approx(flow.state[0])

    page.locator(f"{FLOW} .time-chart-legend > span", has_text="GRU").hover()  # the word that names a line lights it up
    page.wait_for_function(f"document.querySelector('{FLOW} [data-line=LSTM]').style.opacity === '0.15'")
    page.wait_for_function(f"document.querySelector('{FLOW} [data-line=GRU]').style.opacity === ''")

    picture, grid = (page.locator(f"{INFLUENCE} canvas").nth(which) for which in (0, 1))
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 63.5 / 64)
    rnn, lstm, gru = wait_output(page, 64)
    assert rnn[0] == 63 and rnn[1] < min(lstm[1], gru[1])  # fewer patches moved the plain RNN's output
    assert rnn[2] < 1e-6 < 1e-3 < min(lstm[2], gru[2])  # and the first one not at all
    picture.focus()
    page.keyboard.press("ArrowUp")
    wait_output(page, 56)
    box = picture.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 3.5 / 8, box["y"] + box["height"] * 4.5 / 8)
    wait_output(page, 36)
    assert before and len(sent) == before


@pytest.mark.parametrize(("width", "height"), [(1024, 768), (390, 844)])
def test_why_a_plain_rnn_forgets(address, page, width, height):
    page.set_viewport_size({"width": width, "height": height})
    open_memory(address, page, "?far=4")
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    box = page.locator(f"{FLOW} .time-chart-plot").bounding_box()
    assert box["y"] + box["height"] <= height  # in sight at once
    assert "the gated cells do not" in page.locator(".st-key-lab").inner_text()
    slider = page.get_by_role("slider", name="Forget-gate bias")
    slider.focus()
    for _ in range(6):  # 3 to 0, in halves
        page.keyboard.press("ArrowLeft")
    wait_flow(page, 1, gradient_flow("lstm", FlowSetup(bias=0)).arrives)
    page.get_by_text("Here the claim fails").wait_for()
    page.wait_for_function("location.search.includes('bias=0')")
    page.get_by_role("button", name="Train the three cells").click()
    page.get_by_text("Trained: 400 steps").wait_for()
    page.get_by_text("recalls every distance, 0 to 3").wait_for()


def test_the_figure_is_saved_as_it_is(address, page, tmp_path):
    open_memory(address, page, "?length=200&radius=3&runs=recorded-shapes-gru")
    with page.expect_download() as download:
        page.locator(f"{FLOW} button[data-kind=svg]").click()
    download.value.save_as(tmp_path / "figure.svg")
    text = (tmp_path / "figure.svg").read_text("utf-8")
    assert text.startswith("<svg") and "plain RNN" in text and "#d55e00" in text and "var(" not in text
    assert text.count("time-chart-beyond") == 1  # the RNN without tanh leaves float32, and the figure says so
    assert np.isfinite(gradient_flow("linear", FlowSetup(length=200, radius=3)).arrives)


def test_the_influence_map_is_saved_as_it_is(address, page, tmp_path):
    open_memory(address, page, "?runs=recorded-shapes-gru.recorded-cifar10-compare-rnn-0")
    page.get_by_role("slider", name="Output after patch s").fill("64")
    wait_output(page, 64)
    with page.expect_download() as download:
        page.locator(f"{INFLUENCE} button").click()
    assert download.value.suggested_filename == "influences.png"
    download.value.save_as(tmp_path / "influences.png")
    image = np.asarray(Image.open(tmp_path / "influences.png").convert("RGB")).astype(int)  # (H, W, 3)
    drawn = page.evaluate(
        f"[...document.querySelectorAll('{INFLUENCE} canvas')].map((one) => [...one.getContext('2d').getImageData(20, 250, 1, 1).data])"
    )
    saved = [image[16 + 2 * 17 + 4 + 250, 16 + run * (2 * 256 + 36) + at * 268 + 20] for run in range(2) for at in range(2)]
    for (red, green, blue, alpha), pixel in zip(drawn, saved, strict=True):  # what is transparent on the page has its color in the file
        assert alpha < 255 or pixel.tolist() == [red, green, blue]
    assert len(np.unique(image.reshape(-1, 3), axis=0)) > 50
