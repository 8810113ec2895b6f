"""The page Translate in a real browser: token by token, heads and layers, a run trained while one watches, inputs that break it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from playwright.sync_api import expect

from core.probes.seq2seq.written import write_out
from core.records.recorded import recorded_epochs
from core.training.runs.checkpoint import open_seq2seq
from tests.driven import at_rest, frames_sent

pytestmark = pytest.mark.browser
BOARD, TOLD = ".translate", ".translate-told"
APP = Path(__file__).resolve().parents[3] / "dashboard" / "app.py"


@pytest.fixture(scope="module")
def address(serve):
    return serve(APP)


def open_translate(address, page, query=""):
    page.goto(f"{address}/translate{query}")
    page.wait_for_selector(f"{BOARD}[data-t]")
    page.get_by_text("This set-up as a link").wait_for()
    at_rest(page)


def type_input(page, text):
    box = page.get_by_role("textbox", name="Input", exact=True)
    box.fill(text)
    box.press("Enter")


def recorded(name, text):
    kept = recorded_epochs(name)
    opened = open_seq2seq(kept[max(kept)])
    return write_out(opened.model, torch.tensor(opened.task.source(text)))


def button(page, name):
    return page.locator(BOARD).get_by_role("button", name=name, exact=True)


def at(page, t):
    page.wait_for_selector(f"{BOARD}[data-t='{t}']")


def test_play_step_and_back(address, page):
    open_translate(address, page)
    at(page, 6)
    button(page, "One token on").click()
    at(page, 7)
    expect(page.locator(TOLD)).to_contain_text("Writes “-”")
    button(page, "One token back").click()
    button(page, "One token back").click()
    at(page, 5)
    expect(page.locator(BOARD)).to_have_attribute("data-written", "1999-")
    page.locator(".translate-scrub").focus()
    page.keyboard.press("End")
    at(page, 11)
    expect(page.locator(TOLD)).to_contain_text("Written: 1999-03-03. That is right.")
    page.keyboard.press("Space")  # plays from the beginning, to the end
    page.wait_for_selector(f"{BOARD}[data-t='2']")
    expect(button(page, "Stop")).to_be_visible()
    at(page, 11)
    expect(button(page, "Play")).to_be_visible()
    page.locator(f"{BOARD} [data-output='3']").click()
    at(page, 2)
    expect(page).to_have_url(re.compile(r"t=2"))  # where it came to rest is in the link
    page.reload()
    at(page, 2)


def test_another_input_is_written_from_its_first_token(address, page):
    open_translate(address, page)
    at(page, 6)
    type_input(page, "may 5th, 2001")
    page.wait_for_selector(f"{BOARD}[data-source='may 5th, 2001⊣'][data-t='1']")
    at(page, 11)
    expect(page.locator(TOLD)).to_contain_text("Written: 2001-05-05. That is right.")


def test_the_pointer_tells_weights_of_the_head_without_the_server(address, page):
    sent = frames_sent(page)
    open_translate(address, page)
    found = recorded("dates-transformer", "march 3rd, 1999")
    button(page, "Layer 1").click()
    button(page, "Head 3").click()
    page.wait_for_selector(f"{BOARD}[data-layer='0'][data-head='2']")
    expect(page).to_have_url(re.compile(r"layer=1.*head=3"))
    at_rest(page)
    page.wait_for_timeout(600)  # what follows the board when it has come to rest has been asked for
    before = len(sent)
    for t, s in ((0, 11), (4, 14), (6, 0)):
        box = page.locator(".translate-map rect.cell").nth(t * 16 + s).bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        told = page.locator(".translate-pointed")
        expect(told).to_contain_text("reads")
        expect(told).to_contain_text(shown(found.cross[0, 2, t, s]))
    assert before and len(sent) == before
    button(page, "Output reads output").click()
    box = page.locator(".translate-map rect.cell").nth(5 * 11 + 2).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".translate-pointed")).to_contain_text(shown(found.decoder[0, 2, 5, 2]))


def shown(weight):
    """A weight as the board writes it, but for its last digit: it travels in 16 bits."""
    return f"{weight:.3f}"[:-1] if weight >= 0.001 else f"{weight:.0e}".split("e")[0]


def test_a_beam_tree_grows_with_the_steps(address, page):
    open_translate(address, page, "?text=the+3rd+of+march&how=beam")
    page.wait_for_selector(f"{BOARD}[data-part=beam]")
    later = page.locator(".translate-tree .node.later")
    page.locator(".translate-scrub").focus()
    page.keyboard.press("Home")
    at(page, 0)
    some = later.count()
    page.keyboard.press("End")
    expect(later).to_have_count(0)
    assert some > 20
    expect(page.locator(".translate-tree .node.best")).to_have_count(12)
    expect(page.get_by_text("All outputs of the search")).to_be_visible()


def test_train_dates_type_a_birthday_watch_the_alignment(address, page):
    """The journey: random weights write nonsense; three epochs later the year is read off the year."""
    open_translate(address, page, "?run=untrained")
    type_input(page, "17 may 2004")
    page.wait_for_selector(f"{BOARD}[data-source='17 may 2004⊣']")
    expect(page.locator(f"{BOARD} .chip.wrong").first).to_be_attached()
    expect(page.locator(".translate-end")).to_contain_text("random, seed 0")
    page.get_by_role("spinbutton", name="Epochs").fill("3")
    page.get_by_role("spinbutton", name="Epochs").press("Enter")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.locator(".translate-end")).to_contain_text("Weights: epoch 1 of run transformer-")
    expect(page.get_by_text("of sequences").first).to_be_visible()
    expect(page.get_by_text("finished").first).to_be_visible()
    expect(page.locator(".translate-end")).to_contain_text("Weights: epoch 3 of run transformer-")
    page.locator(".translate-scrub").focus()
    page.keyboard.press("End")
    expect(page.locator(TOLD)).to_contain_text("Written: 2004-05-17. That is right.")
    page.locator(f"{BOARD} [data-output='4']").click()
    at(page, 3)
    expect(page.locator(TOLD)).to_contain_text("Writes “4”")
    expect(page.locator(TOLD)).to_contain_text(re.compile(r"It reads “\d” \((8|9|10|11) of 12\) most"))


def test_find_the_input_that_breaks_it(address, page):
    open_translate(address, page, "?task=reverse")
    for text in ("lab", "sequence", "abcdefghijklmnopqrst"):
        type_input(page, text)
        page.wait_for_selector(f"{BOARD}[data-source='{text}⊣']")
        page.locator(".translate-scrub").focus()
        page.keyboard.press("End")
        expect(page.locator(TOLD)).to_contain_text("Written: ")
    expect(page.locator(TOLD)).to_contain_text("Right would be tsrqponmlkjihgfedcba")
    expect(page.locator(f"{BOARD} .chip.wrong").first).to_be_visible()
    expect(page.get_by_text("The first mistake is at step").first).to_be_visible()
    type_input(page, "x" * 1000)
    expect(page.get_by_text("1,000 symbols are longer than the 51").first).to_be_visible()
    type_input(page, "stop")
    expect(page.get_by_text("1,000 symbols are longer")).to_have_count(0)
    page.wait_for_selector(f"{BOARD}[data-source='stop⊣']")


def test_another_task_is_followed_by_the_whole_page(address, page):
    open_translate(address, page)
    for task, example in (("Roman numerals", "1999"), ("Reverse", "sequence")):
        page.get_by_role("combobox", name="Task").click()
        page.get_by_role("option", name=task, exact=True).click()
        page.wait_for_selector(f"{BOARD}[data-source='{example}⊣']")
        expect(page.get_by_text(f"Train it: {task.lower()}")).to_be_visible()
    expect(page).to_have_url(re.compile("task=reverse"))


def test_on_a_phone_only_the_picture_scrolls(address, page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_translate(address, page, "?task=reverse&text=abcdefghijklmnopqrstuvwx")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".translate-wires").evaluate("(e) => e.scrollWidth > e.clientWidth")
    page.locator(".translate-heads").scroll_into_view_if_needed()
    button(page, "One token on").click()
    at(page, 7)
    expect(page.locator(f"{BOARD} .chip.now")).to_be_in_viewport()
