"""The page The image reader in a real browser: a GRU reads a ship, by mouse, keys and touch, in several orders."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import torch

from core.data.ship import ship
from core.data.splits import normalize
from core.models.orders import ORDERS, scan_order
from core.probes.reading.states import record_states
from core.records.recorded import recorded_epochs, recorded_run
from core.training.runs.checkpoint import open_model
from tests.driven import at_rest, frames_sent

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[3]
LSTM = "recorded-cifar10-compare-lstm-0"


@pytest.fixture
def visit(address, page):
    def go(query=""):
        page.goto(f"{address}/reader{query}")
        page.wait_for_function("document.querySelector('.reader')?.dataset.orders?.includes('random')")
        page.get_by_text("Proof: in 5 orders").wait_for()
        at_rest(page)
        return page

    return go


@pytest.fixture(scope="module")
def opened():
    return open_model(recorded_epochs("cifar10-hand-in-0")[recorded_run("cifar10-hand-in-0").best.epoch])


@pytest.fixture(scope="module")
def record(opened):
    """What the hand-in's GRU holds in mind while it reads the ship in each order."""
    image = normalize(torch.from_numpy(ship()[None]), opened.mean, opened.std)
    return record_states(opened.model, image, [scan_order(kind, 16) for kind in ORDERS])


def top_bar(record, classes, kind, t):
    values = record.beliefs[list(ORDERS).index(kind), t]
    return f"{classes[int(values.argmax())]} {100 * values.max():.0f} %"


def wait_top(page, words):
    """Wait until the first bar says so."""
    page.wait_for_function("words => document.querySelector('.reader-class').innerText.replace(/\\s+/g, ' ') === words", arg=words)


def wait_t(page, t):
    page.wait_for_function("t => document.querySelector('.reader').dataset.t === t", arg=str(t))


def painted(page, patch):
    """The color of a patch of 2 x 2 pixels as the picture shows it, in a corner where neither a way nor a frame is."""
    x, y = 16 * (patch % 16) + 5, 16 * (patch // 16) + 5
    return page.evaluate(
        "([x, y]) => [...document.querySelector('.reader-picture').getContext('2d').getImageData(x, y, 1, 1).data].slice(0, 3)", [x, y]
    )


def test_watch_the_gru_read_a_ship(visit, opened, record):
    """The journey: at half of the picture it still says airplane; step by step, then to the end, and it says ship."""
    page = visit()
    wait_t(page, 128)
    wait_top(page, top_bar(record, opened.classes, "rows", 128))
    page.get_by_text("From patch 150 of 256 on it says ship, which is right.").wait_for()
    page.get_by_role("button", name="One patch on").click()
    wait_t(page, 129)
    wait_top(page, top_bar(record, opened.classes, "rows", 129))
    page.locator(".reader-scrub").focus()
    for key, t in (("ArrowRight", 130), ("Home", 0), ("ArrowRight", 1)):
        page.keyboard.press(key)
        wait_t(page, t)
        wait_top(page, top_bar(record, opened.classes, "rows", t))
    red, green, blue = painted(page, 200)
    assert red == green == blue  # not read yet
    page.keyboard.press("Space")  # plays
    wait_t(page, 256)
    wait_top(page, top_bar(record, opened.classes, "rows", 256))
    assert page.locator(".reader-scrub").get_attribute("aria-valuetext").startswith("256 of 256 patches read: ship 9")
    page.wait_for_url("**/reader?t=256")


def test_another_order_and_a_press_on_the_picture(visit, opened, record):
    page = visit()
    page.get_by_role("radio", name="Snake").click()
    page.keyboard.press("ArrowRight")  # to the next one, as in any group of radio buttons
    page.get_by_text("read here along Hilbert's curve: an order that it has never seen").wait_for()
    patch = 40
    box = page.locator(".reader-picture").bounding_box()
    page.mouse.click(box["x"] + (patch % 16 + 0.5) * box["width"] / 16, box["y"] + (patch // 16 + 0.5) * box["height"] / 16)
    t = scan_order("hilbert", 16).tolist().index(patch) + 1
    wait_t(page, t)
    wait_top(page, top_bar(record, opened.classes, "hilbert", t))
    read = int(scan_order("hilbert", 16)[t - 3])
    assert painted(page, read) == ship()[:, 2 * (read // 16), 2 * (read % 16)].tolist()
    page.wait_for_url(f"**/reader?order=hilbert&t={t}")
    page.reload()
    page.wait_for_function("document.querySelector('.reader')?.dataset.orders?.includes('random')")
    wait_top(page, top_bar(record, opened.classes, "hilbert", t))


def test_pointing_sends_nothing_and_sixty_moves_one_message(address, page):
    sent = frames_sent(page)
    page.goto(f"{address}/reader")
    page.get_by_text("Proof: in 5 orders").wait_for()
    at_rest(page)
    before = len(sent)
    box = page.locator(".reader-strip").first.bounding_box()
    for share in (0.1, 0.3, 0.5, 0.7):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
    page.locator(".reader-legend").filter(has_text="unit ").filter(has_text="t = 180: ").wait_for()
    page.get_by_role("button", name="update gate z").hover()
    page.wait_for_selector(".reader-row.lit[data-part=z]")
    assert len(sent) == before
    page.evaluate(
        """() => { const bar = document.querySelector('.reader-scrub');
        for (let t = 1; t <= 60; t += 1) { bar.value = t; bar.dispatchEvent(new Event('input')); } }"""
    )
    wait_t(page, 60)
    page.wait_for_url("**/reader?t=60")
    assert 1 <= len(sent) - before <= 2


def drag(touch, places):
    """One finger from place to place."""
    for kind, place in (("touchStart", places[0]), *(("touchMove", place) for place in places[1:])):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": place[0], "y": place[1]}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def in_sight(page, *parts):
    """Wait until all these parts are in the window, below one another."""
    page.wait_for_function(
        """(parts) => { const boxes = parts.map((part) => document.querySelector(part).getBoundingClientRect());
        const below = (box, k) => box.top >= (boxes[k - 1]?.bottom ?? 0) - 1;
        return boxes.every((box, k) => below(box, k) && box.bottom <= innerHeight && box.right <= innerWidth); }""",
        arg=parts,
    )


def test_watch_the_gru_read_a_ship_on_a_phone(address, chromium, opened, record):
    """The journey by touch: play, scrub, step, another order and the next image, with the picture in sight all the time."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{address}/reader")
    page.wait_for_function("document.querySelector('.reader')?.dataset.orders?.includes('random')")
    page.get_by_text("Proof: in 5 orders").wait_for()
    at_rest(page)
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    in_sight(page, ".st-key-picture_set", ".reader-orders", ".reader-scrub", ".reader-picture", ".reader-bars")
    page.wait_for_function(  # as large as a finger wants them
        """() => [...document.querySelectorAll('.reader-orders button, .reader-tools button')]
        .every((part) => part.offsetHeight >= 40 && part.offsetWidth >= 40)"""
    )
    page.get_by_role("button", name="Play").tap()
    page.get_by_role("button", name="Stop").wait_for()
    wait_t(page, 256)
    wait_top(page, top_bar(record, opened.classes, "rows", 256))
    page.get_by_role("button", name="Play").wait_for()
    touch = context.new_cdp_session(page)
    for part, t in ((".reader-scrub", None), (".reader-plot", 192)):
        box = page.locator(part).bounding_box()
        assert box["width"] > 200
        drag(touch, [(box["x"] + box["width"] * share, box["y"] + box["height"] / 2) for share in (0.98, 0.8, 0.7, 0.75)])
        page.wait_for_function("() => Math.abs(document.querySelector('.reader').dataset.t - 192) < 8")
        if t:
            wait_t(page, t)
            wait_top(page, top_bar(record, opened.classes, "rows", t))
    # A tap within a tenth of a second of a drag's end reaches the button, but Chromium makes no click of it. No finger is so quick.
    page.wait_for_timeout(500)
    page.get_by_role("button", name="One patch back").tap()
    wait_t(page, 191)
    page.get_by_role("radio", name="Hilbert").tap()
    wait_top(page, top_bar(record, opened.classes, "hilbert", 191))
    page.locator(".reader-scrub").focus()
    page.keyboard.press("End")
    wait_t(page, 256)
    page.locator(".st-key-picture_set").get_by_role("combobox").tap()
    page.get_by_role("option", name="shapes").tap()
    for number in (7, 8):
        page.wait_for_function("name => document.querySelector('.reader').dataset.what.endsWith(name)", arg=f"shapes {number - 1}")
        in_sight(page, ".st-key-picture_image", ".reader-scrub", ".reader-picture")
        page.wait_for_function("document.querySelector('.reader').dataset.orders.includes('random')")
        page.locator(".st-key-picture_image [data-testid=stNumberInputStepUp]").tap()
    page.wait_for_url("**/reader?**image=9**")
    context.close()


def test_both_directions_are_in_sight_on_a_projector_and_in_a_figure(visit):
    page = visit(f"?run={LSTM}")
    page.set_viewport_size({"width": 1024, "height": 768})
    page.wait_for_function(
        """() => document.querySelectorAll('.reader-strip').length === 7
        && [...document.querySelectorAll('.reader-scrub, .reader-picture, .reader-path, .reader-strip')].every((part) => {
        const box = part.getBoundingClientRect(); return box.top >= 0 && box.bottom <= 768 && box.right <= 1024; })"""
    )
    page.wait_for_function(  # what the head reads after 32 of 64 patches: column 32 of both directions
        """() => { const marks = [...document.querySelectorAll('.reader-head')];
        return marks.length === 2 && marks.every((mark) => mark.style.left === `${(100 * 31) / 64}%`); }"""
    )
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Figure as SVG").click()
    root = ET.parse(waiting.value.path()).getroot()
    assert waiting.value.suggested_filename == "reader-rows-t32.svg"
    text = " ".join(element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text"))
    assert "h→: forwards" in text and "h←: backwards" in text and "t = 32 of 64" in text and " on it says ship" in text
    assert len(list(root.iter("{http://www.w3.org/2000/svg}image"))) == 8
