"""The page Positions in a real browser: the number under the pointer, with its formula, without asking the server."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.evaluation.kept_weights import read_positions
from core.probes.positions.tables import position_entry, position_table, similarity
from core.records.recorded import recorded_epochs
from tests.driven import at_rest, frames_sent

pytestmark = pytest.mark.browser
MAP, TABLE, LIKE, GRID, CIRCLE = (f".position-map{part}" for part in ("", "-table", "-like", "-grid", "-circle"))

APP = Path(__file__).resolve().parents[3] / "dashboard" / "app.py"


def open_positions(address, page, query=""):
    page.goto(f"{address}/positions{query}")
    page.wait_for_selector(f"{MAP}[data-kind]")
    page.get_by_text("This set-up as a link").wait_for()
    at_rest(page)
    return page


def wait_shown(page, **wanted):
    for name, value in wanted.items():
        page.wait_for_function(f"document.querySelector('{MAP}').dataset.{name} === '{value}'")


def shown(page, name):
    return float(page.evaluate(f"document.querySelector('{MAP}').dataset.{name}"))


def formula(page):
    return page.locator(".position-map-formula").inner_text()


def point_at(page, picture, row, column, rows, columns):
    box = page.locator(picture).bounding_box()
    page.mouse.move(box["x"] + (column + 0.5) * box["width"] / columns, box["y"] + (row + 0.5) * box["height"] / rows)


@pytest.mark.parametrize(("kind", "dim"), [("sinusoidal", 64), ("grid", 15), ("rotary", 16), ("index", 8), ("none", 8)])
def test_the_number_under_the_pointer_has_its_formula(address, page, kind, dim):
    open_positions(address, page, f"?kind={kind}&width={dim}")
    wait_shown(page, kind=kind, dim=dim)
    for position, feature in ((0, 0), (37, 3), (64, dim - 1), (9, dim // 2)):
        point_at(page, TABLE, position, feature, 65, dim)
        wait_shown(page, position=position, feature=feature)
        entry = position_entry(kind, position, feature, 65, dim)
        assert formula(page) == entry.formula
        assert shown(page, "value") == pytest.approx(entry.value, abs=1e-12)


def test_learned_numbers_are_those_of_the_run(address, page):
    open_positions(address, page, "?kind=learned&run=recorded-cifar10-compare-vit-0&epoch=4")
    wait_shown(page, kind="learned")
    table = read_positions(recorded_epochs("cifar10-compare-vit-0")[3])
    point_at(page, TABLE, 20, 40, 65, 64)
    wait_shown(page, position=20, feature=40)
    assert formula(page) == position_entry("learned", 20, 40, 65, 64, table[20, 40]).formula
    point_at(page, LIKE, 5, 60, 65, 65)
    wait_shown(page, position=5, other=60)
    assert shown(page, "like") == pytest.approx(similarity(table)[5, 60], abs=1e-4)


def test_pointing_and_arrow_keys_ask_the_server_for_nothing(address, page):
    sent = frames_sent(page)
    open_positions(address, page, "?kind=grid")
    before = len(sent)
    for patch in (0, 9, 63):
        point_at(page, GRID, *divmod(patch, 8), 8, 8)
        wait_shown(page, position=patch + 1)
    page.locator(GRID).focus()
    for key, position in (("ArrowUp", 56), ("ArrowLeft", 55), ("ArrowRight", 56), ("ArrowRight", 56), ("ArrowDown", 64)):
        page.keyboard.press(key)
        wait_shown(page, position=position)
    page.locator(TABLE).focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    wait_shown(page, position=63, feature=9)
    told = page.locator(TABLE).get_attribute("aria-valuetext")
    assert told.startswith("Position 63 (row 7, column 6), feature 9: PE(63, 9) = cos(row 7")
    page.locator(LIKE).focus()
    page.keyboard.press("ArrowRight")
    wait_shown(page, position=63, other=2)
    like = similarity(position_table("grid", 65, 64))[63, 2]
    assert shown(page, "like") == pytest.approx(like, abs=1e-4)
    assert before and len(sent) == before


def test_all_is_in_sight_on_a_projector_and_the_sizes_can_be_changed(address, page):
    page.set_viewport_size({"width": 1024, "height": 768})
    open_positions(address, page)
    for part in (TABLE, LIKE, GRID, ".position-map-detail"):
        box = page.locator(part).bounding_box()
        assert box["y"] + box["height"] <= 768 and box["x"] + box["width"] <= 1024, part
    page.get_by_role("spinbutton", name="Tokens").fill("60")
    page.get_by_role("spinbutton", name="Tokens").press("Enter")
    wait_shown(page, length=60)
    page.get_by_text("60 tokens do not make a square grid").wait_for()
    page.locator("label", has_text="Sine and cosine, 2-D").click()
    page.get_by_text("60 is neither. Choose 49 or 50").first.wait_for()


def test_a_finger_on_a_phone(address, page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_positions(address, page, "?kind=rotary&width=16")
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    box = page.locator(TABLE).bounding_box()
    assert box["y"] < page.get_by_text("Size of a head, D").bounding_box()["y"]
    page.locator(TABLE).click(position={"x": 3, "y": box["height"] - 3})
    wait_shown(page, position=64, feature=0)
    words = page.locator(".position-map-formula").bounding_box()
    assert words["y"] + words["height"] <= 844  # the formula stays in sight


def test_a_board_follows_the_theme_of_the_lab(address, page):
    """Also while nothing is sent: a change of the operating system's theme, and the lab's own, which comes before it."""
    open_positions(address, page)
    ink = f"[...document.querySelector('{CIRCLE}').getContext('2d').getImageData(44, 6, 1, 1).data].slice(0, 3).every((part) => part > 128)"
    assert page.locator(MAP).get_attribute("data-theme") == "light" and not page.evaluate(ink)
    page.emulate_media(color_scheme="dark")
    page.wait_for_selector(f"{MAP}[data-theme=dark]")
    assert page.evaluate(ink)
    page.get_by_test_id("stMainMenu").click()
    page.get_by_test_id("stMainMenuItem-theme-Light").click()
    page.wait_for_selector(f"{MAP}[data-theme=light]")
    assert not page.evaluate(ink)
