"""The page Masks in a real browser: pointing tells who may read whom without the server; the mask is taken away and the model cheats."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.probes.seq2seq.mask_effects import mask_effects
from core.probes.seq2seq.masked_sentence import parse_sentence
from tests.driven import at_rest, frames_sent

pytestmark = pytest.mark.browser
BOARD, TOLD = ".mask-board", ".mask-board-told"
APP = Path(__file__).resolve().parents[3] / "dashboard" / "app.py"


def open_masks(address, page, query=""):
    page.goto(f"{address}/masks{query}")
    page.get_by_text("This set-up as a link").wait_for()
    page.wait_for_selector(f"{BOARD}[data-value]")
    at_rest(page)


def cell(page, mask, row, column):
    count = page.locator(f"{BOARD} figure[data-mask={mask}] text.row").count()
    return page.locator(f"{BOARD} figure[data-mask={mask}] svg > rect:not(.bar):not(.ring):not(.replaced)").nth(row * count + column)


def point_at(page, mask, row, column):
    box = cell(page, mask, row, column).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector(f"{BOARD}[data-mask={mask}][data-row='{row}'][data-column='{column}']")


def test_pointing_and_arrow_keys_ask_the_server_for_nothing(address, page):
    sent = frames_sent(page)
    open_masks(address, page)
    effects = mask_effects(parse_sentence("hello", 2))
    before = len(sent)
    point_at(page, "subsequent", 3, 5)
    expect(page.locator(TOLD)).to_contain_text("position 3 (l) may not read position 5 (o): it comes later.")
    expect(page.locator(TOLD)).to_contain_text("output 3, which predicts position 4, moves by exactly 0.")
    moved = page.locator(f"{BOARD} figure[data-mask=subsequent] text.moved").all_text_contents()
    assert moved[:5] == ["0"] * 5 and float(moved[5]) == pytest.approx(effects["subsequent"].changes[5, 5], rel=0.01)
    point_at(page, "none", 1, 4)
    expect(page.locator(TOLD)).to_contain_text("position 1 (h) may read position 4 (l): although it comes later.")
    value = float(page.locator(BOARD).get_attribute("data-value"))
    assert value == pytest.approx(effects["none"].changes[1, 4], rel=1e-3)
    point_at(page, "padding", 2, 7)
    expect(page.locator(TOLD)).to_contain_text("may not read position 7 (·): it is padding.")
    page.locator(".mask-board-masks").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector(f"{BOARD}[data-mask=padding][data-row='3'][data-column='6']")
    page.keyboard.press("PageDown")
    page.wait_for_selector(f"{BOARD}[data-mask=subsequent][data-row='3'][data-column='6']")
    point_at(page, "both", 4, 0)
    expect(page.locator(TOLD)).to_contain_text("Position 0 is never replaced")
    assert before and len(sent) == before


def test_take_the_mask_away_and_see_it_cheat(address, page):
    open_masks(address, page)
    page.get_by_role("button", name="Train all three").click()
    page.get_by_text("Trained: 80 steps").wait_for()
    legend = page.locator(".st-key-masks_losses, .time-chart").first
    expect(legend).to_contain_text("without a mask")
    expect(page.locator(".time-chart-plot svg")).to_contain_text("least possible without looking ahead: 0.576")
    expect(page.get_by_text("✓ mercury")).to_have_count(0)
    page.get_by_text("Let them write from the first 3 letters").click()
    row = page.get_by_role("row", name="with the mask")
    expect(row).to_contain_text("✓ mercury")
    for name in ("mask off by one", "without a mask"):
        own = page.get_by_role("row", name=name)
        expect(own).to_contain_text("✗ mer")
        assert "✓" not in own.inner_text()
    expect(page.get_by_text("and so cheating: mask off by one and without a mask")).to_be_visible()


def test_typing_another_sentence_changes_the_matrices_and_the_link(address, page):
    open_masks(address, page, "?pad=0")
    box = page.get_by_role("textbox", name="A word, or a few words")
    box.fill("the cat sat")
    box.press("Enter")
    expect(page.locator(f"{BOARD} figure[data-mask=none] text.row")).to_have_count(4)
    page.wait_for_url("**/masks?*text=the*")
    box.fill("x" * 40)
    box.press("Enter")
    page.get_by_text("40 letters, and 10 fit").wait_for()


def test_all_four_are_in_sight_on_a_projector(address, page):
    page.set_viewport_size({"width": 1024, "height": 768})
    open_masks(address, page)
    for part in (*page.locator(f"{BOARD} figure").all(), page.locator(TOLD)):
        box = part.bounding_box()
        assert box["y"] + box["height"] <= 768 and box["x"] + box["width"] <= 1024


def test_a_finger_on_a_phone(address, page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_masks(address, page, "?text=abcdefghij&pad=4")
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    cell(page, "none", 2, 8).click(force=True)
    page.wait_for_selector(f"{BOARD}[data-mask=none][data-row='2'][data-column='8']")
    words = page.locator(TOLD).bounding_box()
    assert words["y"] + words["height"] <= 844  # the sentence stays in sight
