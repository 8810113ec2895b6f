"""The Train page as a class uses it: a real server, a real browser, real training on the drawn shapes."""

from __future__ import annotations

import json
import re

import pytest

from dashboard.kit.component import script_url, with_imports
from dashboard.web.head import FIRST

pytestmark = pytest.mark.browser
CHART, PLOT = ".live-chart", ".live-chart-plot"
FRAME = tuple(f"dashboard/shell/{name}/{name}.js" for name in ("copy_link", "find", "lecturing", "pointing"))  # of every page
# A small model, so that an epoch takes a second or two.
QUICK = "train?model=gru&patch_size=8&hidden_size=16&threads=1"


def open_lab(page, address):
    page.goto(address)
    page.wait_for_selector(f"{PLOT} .main-svg")
    page.wait_for_function(f"Number(document.querySelector('{CHART}').dataset.points) > 0")
    page.wait_for_selector("html[data-keys]", state="attached")
    return page


def count(page, name):
    return int(page.evaluate(f"document.querySelector('{CHART}').dataset.{name}"))


def wait_updates(page, more):
    begin = count(page, "updates")
    page.wait_for_function(f"Number(document.querySelector('{CHART}').dataset.updates) >= {begin + more}")


def play(page):
    """Press Space until the page shows a run of one's own, with points on its chart; its id."""
    page.keyboard.press("Space")
    page.wait_for_url(re.compile(r"[?&]run=gru-"))
    page.get_by_role("button", name="Pause").wait_for()
    page.wait_for_function(f"Number(document.querySelector('{CHART}').dataset.points) > 3")
    return re.search(r"run=([\w-]+)", page.url)[1]


def figure(page, name):
    return page.locator(".lab-figures div", has=page.get_by_text(name, exact=True)).locator("dd").inner_text()


def test_first_visit_is_alive_and_fits_a_projector(lab, page):
    page.set_viewport_size({"width": 1024, "height": 768})
    open_lab(page, f"{lab.url}train")
    assert page.get_by_text("This is a recorded example").is_visible()
    box = page.locator(PLOT).bounding_box()
    assert box["y"] + box["height"] <= 768 and box["width"] > 600
    page.locator(".watched-card").nth(7).wait_for()
    for part in (".watched svg", ".watched-cards", ".st-key-rate"):
        box = page.locator(part).bounding_box()
        assert box["y"] + box["height"] <= 768, part
    assert lab.statuses() == {}


def test_a_run_is_one_figure_and_keeps_zoom(lab, page):
    open_lab(page, lab.url + QUICK + "&epochs=300")
    before = count(page, "newplots")
    run = play(page)
    assert count(page, "newplots") == before + 1
    page.evaluate(f"window.node = document.querySelector('{PLOT}')")
    box = page.locator(f"{PLOT} .nsewdrag[data-subplot=xy]").bounding_box()
    page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.7 * box["height"], steps=5)
    page.mouse.up()
    page.wait_for_timeout(300)
    get = "JSON.stringify([node._fullLayout.xaxis.range, node._fullLayout.yaxis.range])"
    zoomed = json.loads(page.evaluate(get))
    wait_updates(page, 5)
    assert json.loads(page.evaluate(get)) == zoomed
    assert page.evaluate(f"node === document.querySelector('{PLOT}')")
    assert count(page, "newplots") == before + 1
    assert lab.statuses() == {run: "running"}


def test_keys_and_buttons_steer_the_run(lab, page):
    open_lab(page, lab.url + QUICK + "&epochs=300")
    play(page)
    page.keyboard.press("Space")
    page.get_by_text("· paused ·").first.wait_for()
    page.wait_for_timeout(1500)
    points = count(page, "points")
    page.wait_for_timeout(1500)
    assert count(page, "points") == points
    for more in (1, 2):
        page.keyboard.press(".")
        page.wait_for_function(f"Number(document.querySelector('{CHART}').dataset.points) == {points + more}")
    page.get_by_role("slider", name="Rate of this run").focus()
    page.keyboard.press("ArrowRight")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Pause").wait_for()
    page.wait_for_function("document.querySelector('.live-chart-plot').layout.annotations.some(a => /lr|rate|0\\.00/i.test(a.text))")
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("· stopped").first.wait_for()
    page.get_by_role("button", name="Continue").first.click()
    page.get_by_role("button", name="Pause").wait_for()


def test_typing_a_space_does_not_play(lab, page):
    open_lab(page, f"{lab.url}train?dataset=folder")
    box = page.get_by_role("textbox", name="Folder")
    box.click()
    page.keyboard.type("a b.c")
    assert box.input_value() == "a b.c"
    page.wait_for_timeout(500)
    assert lab.statuses() == {}


def test_a_clicked_control_does_not_keep_the_space_bar(lab, page):
    open_lab(page, f"{lab.url}train")
    page.get_by_role("radio", name="RNN").click()
    page.wait_for_url(re.compile("model=rnn"))
    page.keyboard.press("Space")
    page.wait_for_url(re.compile(r"run=rnn-"))


def test_a_copied_link_opens_the_same_set_up(lab, page, chromium):
    open_lab(page, f"{lab.url}train")
    page.get_by_role("radio", name="ViT").click()
    page.wait_for_url(re.compile("model=vit"))
    page.get_by_role("slider", name="Epochs").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("epochs=24"))
    take_along(page)
    link = page.locator("code", has_text="http").inner_text()
    page.wait_for_function("link => location.href === link", arg=link)
    other = chromium.new_page()
    open_lab(other, link)
    assert other.get_by_role("radio", name="ViT").is_checked()
    assert loaded(other, "SyntaxHighlighter") == 0, "what costs half a second is loaded with the box"
    take_along(other)
    assert other.locator("code", has_text="--model vit").inner_text().split("--")[1:] == ["model vit ", "dataset shapes ", "epochs 24"]
    assert loaded(other, "SyntaxHighlighter") == 1
    other.close()


@pytest.mark.parametrize("link", ["?run=recorded-shapes-vit", "?preset=hand-in&epochs=3"])
def test_a_link_of_the_time_when_this_was_the_first_page_opens_here(lab, page, link):
    page.goto(lab.url + link)
    page.wait_for_url(f"{lab.url}train?*")
    page.get_by_role("heading", name="Train", exact=True, level=1).wait_for()
    page.wait_for_url(re.compile("run=recorded-shapes-vit" if "run" in link else r"dataset=cifar10.*hidden_size=25.*epochs=3"))


def take_along(page):
    """Open the box with the link and the command, by keyboard."""
    page.locator("summary", has_text="This set-up as a link and as a command").focus()
    page.keyboard.press("Enter")
    page.locator("code", has_text="http").wait_for()


def loaded(page, script):
    return page.evaluate(f"performance.getEntriesByType('resource').filter(e => e.name.includes('{script}')).length")


def test_the_page_fetches_its_own_scripts_once_and_no_others(lab, page):
    fetched = []
    page.on("request", lambda request: fetched.append(request.url) if "/scripts/" in request.url else None)
    open_lab(page, f"{lab.url}train")
    page.locator(".live-chart .js-plotly-plot").wait_for()
    page.wait_for_timeout(1_000)
    named = {f"{lab.url}{script_url(name).removeprefix('./')}" for name in with_imports(*FIRST["train"], *FRAME)}
    assert sorted(fetched) == sorted(named)


def test_a_closed_tab_does_not_stop_the_run(lab, page, chromium):
    first = chromium.new_page()
    open_lab(first, lab.url + QUICK + "&epochs=300")
    run = play(first)
    assert first.get_by_text("you may close this tab").is_visible()
    first.close()
    page.wait_for_timeout(2000)
    open_lab(page, f"{lab.url}train?run={run}")
    before = float(figure(page, "epoch").split("/")[0])
    wait_updates(page, 3)
    assert float(figure(page, "epoch").split("/")[0]) > before
    assert lab.statuses() == {run: "running"}


def test_a_killed_server_loses_at_most_the_epoch(lab, page, chromium):
    first = chromium.new_page()
    open_lab(first, lab.url + QUICK + "&epochs=300")
    run = play(first)
    first.wait_for_function("document.querySelector('.lab-figures').innerText.match(/at epoch \\d/)")
    lab.kill()
    first.close()
    lab.start()
    open_lab(page, f"{lab.url}train?run={run}")
    assert page.get_by_role("alert").get_by_text("interrupted").is_visible()
    epochs = float(figure(page, "epoch").split("/")[0])
    assert epochs >= 1
    page.get_by_role("button", name="Continue").first.click()
    page.get_by_role("button", name="Pause").wait_for()
    page.wait_for_function(f"parseFloat(document.querySelector('.lab-figures dd').innerText) > {epochs + 1}")
    assert lab.statuses() == {run: "running"}


def test_delete_asks_first(lab, page):
    open_lab(page, lab.url + QUICK + "&epochs=2")
    run = play(page)
    page.get_by_text("· finished · test accuracy").wait_for()
    row = page.locator(f".st-key-row-{run}")
    row.get_by_role("button", name="Delete").click()
    assert lab.statuses() == {run: "finished"}
    page.get_by_role("button", name="Delete for good").click()
    page.get_by_text("another run (recorded: GRU on shapes)").wait_for()
    assert lab.statuses() == {} and not list((lab.home / "runs").iterdir())
