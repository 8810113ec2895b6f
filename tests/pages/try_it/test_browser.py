"""The page Try it in a real browser: patches erased and swapped by mouse, keys and touch, a picture drawn, a file uploaded."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.shapes import PARTS, draw
from core.evaluation.pictures import edited, mean_color, parse_edits, probabilities
from core.records.recorded import recorded_epochs, recorded_run
from core.training.runs.checkpoint import open_model

pytestmark = pytest.mark.browser
HEART = draw(PARTS["val"][6:7])[0][0]
GRU = "recorded-shapes-gru"
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def opened():
    return open_model(recorded_epochs("shapes-gru")[recorded_run("shapes-gru").best.epoch])


@pytest.fixture
def visit(address, page):
    def go(query=""):
        page.goto(f"{address}/try{query}")
        page.wait_for_selector(f".patch-card[data-run={GRU}] .patch-bar")
        return page

    return go


def answered(page, edits):
    page.wait_for_function("edits => document.querySelector('.patch-board').dataset.answered === edits", arg=edits)


def painted(page, color):
    """The picture (3, 32, 32) as the browser has edited it."""
    flat = page.evaluate("color => [...document.querySelector('.patch-board').board.edited(color)]", list(color))
    return np.array(flat, np.uint8).reshape(32, 32, 4)[..., :3].transpose(2, 0, 1)


def bars(page):
    """What the card of the GRU shows: class and percent, from the top."""
    rows = page.evaluate(
        f"""() => [...document.querySelectorAll('.patch-card[data-run={GRU}] .patch-bar')]
        .sort((a, b) => a.style.getPropertyValue('--rank') - b.style.getPropertyValue('--rank'))
        .map(row => [row.querySelector('span').innerText, parseInt(row.querySelector('b').innerText)])"""
    )
    return [tuple(row) for row in rows]


def wanted(opened, pixels):
    values = probabilities(opened, pixels[None])[0]
    return [(opened.classes[k], int(f"{100 * values[k]:.0f}")) for k in np.argsort(-values, kind="stable")[:5]]


def at(page, patch, grid):
    """The middle of a patch of the board, in pixels of the window."""
    board = page.locator(".patch-picture")
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    row, column = divmod(patch, grid)
    return box["x"] + (column + 0.5) * box["width"] / grid, box["y"] + (row + 0.5) * box["height"] / grid


def drag(page, *places):
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=32)
    page.mouse.up()


def check(page, opened, edits, patch):
    """The browser has painted what the server has judged, and shows what the model says of it."""
    answered(page, edits)
    picture = edited(HEART, parse_edits(edits, patch), patch, mean_color(opened))
    assert (painted(page, mean_color(opened)) == picture).all()
    assert bars(page) == wanted(opened, picture)


def test_erasing_and_swapping_by_mouse(visit, opened):
    page = visit("?patch=8")
    check(page, opened, "", 8)
    page.mouse.click(*at(page, 5, 4))
    check(page, opened, "5", 8)
    drag(page, at(page, 8, 4), at(page, 11, 4))
    check(page, opened, "5.8.9.10.11", 8)
    page.mouse.click(*at(page, 9, 4))  # it is erased already
    page.get_by_role("button", name="Swap").click()
    drag(page, at(page, 5, 4), at(page, 0, 4))
    check(page, opened, "5.8.9.10.11.5-0", 8)
    page.mouse.click(*at(page, 1, 4))
    page.mouse.click(*at(page, 15, 4))
    check(page, opened, "5.8.9.10.11.5-0.1-15", 8)
    page.wait_for_function("location.search === '?patch=8&edits=5.8.9.10.11.5-0.1-15'")
    page.get_by_role("button", name="Undo", exact=True).click()
    check(page, opened, "5.8.9.10.11.5-0", 8)
    page.get_by_role("button", name="Reset").click()
    check(page, opened, "", 8)
    assert page.get_by_role("button", name="Undo", exact=True).is_disabled()


def test_many_edits_in_a_row_end_in_the_answer_to_all(visit, opened):
    page = visit("?patch=2")
    for row in range(4):
        drag(page, at(page, 16 * row, 16), at(page, 16 * row + 15, 16))
    check(page, opened, ".".join(map(str, range(64))), 2)


def test_by_keyboard(visit, opened):
    page = visit("?patch=8")
    page.locator(".patch-picture").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Space"):
        page.keyboard.press(key)
    assert page.locator(".patch-place").inner_text() == "Patch 5: row 2, column 2 of 4"
    check(page, opened, "5", 8)
    for key in ("s", "Space", "ArrowRight", "Space"):
        page.keyboard.press(key)
    check(page, opened, "5.5-6", 8)
    page.keyboard.press("u")
    check(page, opened, "5", 8)
    page.keyboard.press("r")
    check(page, opened, "", 8)


def test_by_touch_the_board_is_edited_and_the_page_stays(visit, opened):
    page = visit("?patch=8")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    touch = page.context.new_cdp_session(page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    start, stop = at(page, 4, 4), at(page, 7, 4)
    before = page.locator(".patch-picture").bounding_box()
    for kind, place in (("touchStart", start), *(("touchMove", (start[0] + (stop[0] - start[0]) * k / 9, start[1])) for k in range(10))):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": place[0], "y": place[1]}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    check(page, opened, "4.5.6.7", 8)
    assert page.locator(".patch-picture").bounding_box()["y"] == before["y"]


# ---- drawing ----


def sheet(page):
    """The drawing (32, 32, 3), once there is a sheet."""
    page.wait_for_function("document.querySelector('.draw-pad')?.board?.pen")
    flat = page.evaluate("[...document.querySelector('.draw-pad').board.pen.getImageData(0, 0, 32, 32).data]")
    return np.array(flat, np.uint8).reshape(32, 32, 4)[..., :3]


def on_sheet(page, x, y):
    box = page.locator(".draw-sheet canvas").bounding_box()
    return box["x"] + (x + 0.5) * box["width"] / 32, box["y"] + (y + 0.5) * box["height"] / 32


def judged(page):
    """Wait until the board shows the sheet."""
    page.wait_for_function(
        """() => { const board = document.querySelector('.patch-board')?.board; const pad = document.querySelector('.draw-pad').board;
        const sheet = pad.pen.getImageData(0, 0, 32, 32).data;
        return board && board.data.picture === 'drawing' && board.base.every((v, i) => v === sheet[4 * Math.floor(i / 3) + i % 3]); }"""
    )


def test_a_drawing_by_mouse(visit, opened):
    page = visit("?from=draw")
    assert (sheet(page) == 255).all()
    page.get_by_role("button", name="red").click()
    drag(page, on_sheet(page, 8, 8), on_sheet(page, 24, 8), on_sheet(page, 24, 24), on_sheet(page, 8, 24), on_sheet(page, 8, 8))
    judged(page)
    red = np.array([0xC7, 0x32, 0x1A])
    line = (sheet(page) == red).all(-1)
    assert line[8, 8:25].all() and line[24, 8:25].all() and not line[12:20, 12:20].any() and not line[:6].any()
    assert bars(page) == wanted(opened, np.ascontiguousarray(sheet(page).transpose(2, 0, 1)))
    page.get_by_role("button", name="Fill").click()
    page.get_by_role("button", name="blue").click()
    page.mouse.click(*on_sheet(page, 16, 16))
    judged(page)
    blue = (sheet(page) == [0x1F, 0x6F, 0xB5]).all(-1)
    assert blue[10:23, 10:23].all() and not blue[:7].any() and (sheet(page)[0] == 255).all()  # the line holds it
    page.get_by_role("button", name="Eraser").click()
    page.mouse.click(*on_sheet(page, 16, 16))
    judged(page)
    assert (sheet(page)[15:18, 16] == 255).all()
    for _ in range(2):
        page.locator(".draw-pad").get_by_role("button", name="Undo").click()
    judged(page)
    assert (sheet(page)[16, 16] == 255).all() and (sheet(page) == red).all(-1).sum() == line.sum()
    page.locator(".draw-pad").get_by_role("button", name="Clear").click()
    judged(page)
    assert (sheet(page) == 255).all()


def test_a_drawing_by_keyboard_comes_back(visit):
    page = visit("?from=draw")
    page.locator(".draw-sheet canvas").focus()
    page.keyboard.press("Space")
    for _ in range(6):
        page.keyboard.press("Shift+ArrowDown")
    judged(page)
    drawn = sheet(page)
    assert (drawn[16:23, 16] == [0x1B, 0x1F, 0x24]).all() and (drawn[25:] == 255).all()
    page.get_by_text("Data set", exact=True).first.click()
    page.wait_for_function("document.querySelector('.patch-board').board.data.picture === 'shapes 6'")
    page.get_by_text("Draw", exact=True).first.click()
    page.wait_for_selector(".draw-pad")
    judged(page)
    assert (sheet(page) == drawn).all()


# ---- uploads ----


def png(pixels):
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "png")
    return buffer.getvalue()


def test_an_uploaded_file_with_markup_in_its_name(visit, opened):
    page = visit("?from=upload")
    pixels = np.random.default_rng(2).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    name = "<img src=x onerror=window.broken=1> **b** $x$.png"
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "image/png", "buffer": png(pixels)})
    page.wait_for_function("name => document.querySelector('.patch-caption').innerText === name", arg=name)
    assert bars(page) == wanted(opened, np.ascontiguousarray(pixels.transpose(2, 0, 1)))
    assert page.evaluate("window.broken") is None and page.locator(".patch-caption img").count() == 0


def test_a_file_that_is_no_picture(visit):
    page = visit("?from=upload")
    page.locator("input[type=file]").set_input_files({"name": "letter.png", "mimeType": "image/png", "buffer": b"Dear Sir"})
    page.get_by_text("This is no picture that can be read").wait_for()
    assert page.locator(".patch-caption").inner_text().startswith("heart: shapes")
    assert "Traceback" not in page.inner_text("body")
