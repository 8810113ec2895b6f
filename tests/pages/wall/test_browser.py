"""The wall in a real browser: points move when a message comes, keys and taps open a run, and thirty runs are in sight at once."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from core.training.measured import measured
from core.training.runs.store import Store
from tests.driven import at_rest, frames_sent
from tests.pages.wall.walls import epoch, hang

pytestmark = pytest.mark.browser
WALL = ".wall-board"


def open_wall(page, address, query=""):
    page.goto(f"{address.rstrip('/')}/wall{query}")
    page.wait_for_selector(f"{WALL}[data-runs]")
    at_rest(page)


def point(page, run):
    return page.locator(f".wall-board-points [data-run='{run}']")


def place(page, run):
    return [float(part) for part in re.findall(r"[\d.]+", point(page, run).evaluate("point => point.style.transform"))]


def test_recorded_runs_hang_there_at_first_and_pointing_asks_nobody(address, page):
    sent = frames_sent(page)
    open_wall(page, address, "?x=lr")
    before = len(sent)
    small = page.locator(".wall-board-small").first
    small.hover()
    run = small.get_attribute("data-run")
    page.wait_for_selector(f"{WALL}[data-hot='{run}']")
    expect(page.locator(".wall-board-said")).to_contain_text("best validation accuracy")
    expect(point(page, run)).to_have_class(re.compile("hot"))
    assert before and len(sent) == before
    page.locator(".wall-board-table summary").click()
    rows = page.locator(".wall-board-table tbody tr")
    rows.first.wait_for()  # the table is drawn when it is open, a moment after the click
    assert rows.count() == page.locator(".wall-board-small").count() == int(page.locator(WALL).get_attribute("data-runs"))


def test_a_search_from_its_beginning_to_the_record_and_a_key_that_opens_a_run(lab, page):
    store = Store(lab.home)
    hang(store, "gru-before", "somebody", [0.5])
    open_wall(page, lab.url)
    expect(point(page, "gru-before")).to_be_visible()
    page.get_by_role("button", name="Begin a search").click()
    page.get_by_label("What is varied", exact=True).fill("Learning rate")
    page.get_by_role("button", name="Clear the wall and begin").click()
    page.wait_for_selector(f"{WALL}[data-runs='0']")
    expect(page.locator(".wall-board-plot")).to_contain_text("No run has begun yet")
    expect(page.locator(".wall-board-clock")).to_have_text(re.compile(r"0:\d\d of 3:00"))
    hang(store, "gru-new", "somebody", [0.25], lr=0.01)
    hang(store, "gru-low", "", [0.125], lr=0.001)
    hang(store, "gru-high", "", [0.5, 0.625, 0.75], lr=0.1)
    page.wait_for_selector(f"{WALL}[data-placed='3']")
    page.evaluate("window.kept = document.querySelector('.wall-board-points [data-run=gru-new]')")
    before = place(page, "gru-new")
    store.add_epoch("gru-new", epoch(1, 0.625), best={"epoch": 1, "val_top1": 0.625})
    store.update("gru-new", measured=vars(measured(store.snapshot("gru-new"))))
    page.wait_for_function(
        "before => window.kept.style.transform !== before", arg=point(page, "gru-new").evaluate("e => e.style.transform")
    )
    after = place(page, "gru-new")
    assert after[0] > before[0] and after[1] < before[1], "later, and higher up"
    assert page.evaluate("window.kept.isConnected")
    page.get_by_role("button", name="End the search").click()
    expect(page.locator(".wall-board-clock")).to_contain_text("ended after")
    page.wait_for_url("**/wall?search=1")
    point(page, "gru-new").focus()
    expect(page.locator(".wall-board-said")).to_contain_text("learning rate 0.01")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Train", level=1).wait_for()
    page.wait_for_url("**run=gru-new*")
    expect(page.get_by_text("gru-new").first).to_be_visible()


def test_thirty_runs_are_in_sight_on_a_projector_and_a_tap_opens_one_on_a_phone(lab, page):
    store, rng = Store(lab.home), np.random.default_rng(0)
    for number in range(30):
        lr = float(10 ** rng.uniform(-4, -1))
        hang(store, f"gru-{number}", "", [float(value) for value in rng.random(6)], lr=lr)
    page.set_viewport_size({"width": 1024, "height": 768})
    open_wall(page, lab.url, "?x=lr")
    assert page.locator(".wall-board-points [data-run]").count() == 30
    for box in [one.bounding_box() for one in page.locator(".wall-board-small, .wall-board-points [data-run]").all()]:
        assert box["x"] >= 0 and box["x"] + box["width"] <= 1024 and box["y"] + box["height"] <= 768
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".wall-board-small[data-run=gru-7]").click()
    page.wait_for_url("**run=gru-7*")
