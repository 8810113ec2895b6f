"""A whole lesson by keyboard in a real browser, the offer of the tour, and the page with all lessons."""

import re
from importlib.resources import files

import axe_playwright_python
import pytest
from playwright.sync_api import expect

from tests.browser.test_everyone import NARROW, PHONE, PROJECTOR, SEEN, SIDEWAYS, faults, look
from tests.driven import Lab, at_rest

pytestmark = pytest.mark.browser


@pytest.fixture
def lab(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_TOUR", "1")
    monkeypatch.setenv("LAB_PREDICT", "1")
    lab = Lab(tmp_path / "home")
    yield lab
    lab.process.terminate()
    lab.process.wait(timeout=20)


def column(page):
    return page.get_by_role("region", name="Lesson")


def press(page, name):
    """Go to a button of the column by the Tab key, and press it with Enter."""
    button = column(page).get_by_role("button", name=name, exact=True)
    button.wait_for()
    button.focus()
    page.keyboard.press("Enter")
    at_rest(page)


def test_a_whole_lesson_by_keyboard(lab, page):
    page.add_init_script("localStorage.setItem('sequence-lab-tour', 'asked')")
    page.goto(f"{lab.url}lessons")
    link = page.get_by_role("link", name="Masks: who may read whom")
    link.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Masks", exact=True, level=1).wait_for()
    expect(column(page).get_by_role("heading", name="Exactly zero")).to_be_visible()
    expect(page.locator(".mask-board")).to_be_hidden()  # until the question is answered
    first = column(page).get_by_role("radio").first
    first.focus()
    page.keyboard.press("Space")
    at_rest(page)
    press(page, "Answer")
    expect(column(page)).to_contain_text("Correct: Not at all: by exactly 0")
    expect(page.locator(".mask-board")).to_be_visible()
    press(page, "Next")
    expect(column(page)).to_contain_text("Step 2 of 3")
    press(page, "Measure it")
    expect(column(page)).to_contain_text("A padding mask is not a subsequent mask.")
    press(page, "Next")
    expect(column(page)).to_contain_text("Step 3 of 3")
    expect(page).to_have_url(re.compile(r"layers=3&lesson=masks&step=3"))
    press(page, "Check")
    expect(column(page)).to_contain_text("not done yet")
    page.get_by_role("slider", name="Decoder layers").focus()
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"layers=2"))
    expect(column(page)).to_contain_text("You have done this lesson.")  # by itself, without pressing "Check"
    press(page, "Leave this lesson")
    expect(column(page)).to_have_count(0)
    expect(page.get_by_role("listitem").filter(has_text="Masks: who may read whom")).to_contain_text("done")


def test_arrows_step_through_a_lesson_that_is_presented(lab, page):
    page.goto(f"{lab.url}masks?lesson=masks&step=1&present=1")
    page.get_by_role("region", name="Presentation").wait_for()
    expect(column(page)).to_contain_text("Step 1 of 3")
    expect(page.locator(".mask-board")).to_be_hidden()
    column(page).get_by_role("button", name="Show me").click()  # who does not want to predict
    expect(page.locator(".mask-board")).to_be_visible()
    for key, step in (("ArrowRight", 2), ("ArrowRight", 3), ("ArrowRight", 3), ("ArrowLeft", 2)):
        at_rest(page)
        page.keyboard.press(key)
        expect(column(page)).to_contain_text(f"Step {step} of 3")
        expect(page).to_have_url(re.compile(rf"step={step}"))
    box, main = column(page).bounding_box(), page.locator(".st-key-page").bounding_box()
    assert main["x"] + main["width"] <= box["x"], "beside each other"


@pytest.mark.parametrize("address", ["", "masks?lesson=masks&step=1"], ids=["offer", "column"])
def test_the_offer_and_the_column_are_for_everyone(lab, page, address):
    what = column(page) if address else page.get_by_role("region", name="Offer of a tour")
    look(page, PROJECTOR, "light")
    page.goto(f"{lab.url}{address}")
    what.wait_for()
    at_rest(page)
    page.evaluate(files(axe_playwright_python).joinpath("axe.min.js").read_text("utf-8"))
    found = faults(page, [])
    look(page, PHONE, "dark")
    found += faults(page, SEEN)
    for size in NARROW.values():
        look(page, size, "dark")
        at_rest(page)
        found += page.evaluate(SIDEWAYS)
    expect(what).to_be_visible()
    assert not found, "\n".join(found)


def test_the_tour_is_offered_once_and_can_be_declined(lab, page):
    offer = page.get_by_role("region", name="Offer of a tour")
    page.goto(lab.url)
    offer.wait_for()
    offer.get_by_role("button", name="No, thank you").click()
    expect(offer).to_be_hidden()
    page.goto(f"{lab.url}went")
    page.get_by_role("heading", name="Where it went", exact=True, level=1).wait_for()
    at_rest(page)
    expect(offer).to_be_hidden()


def test_the_tour_begins_and_the_page_stays_usable_on_a_projector(lab, page):
    page.set_viewport_size({"width": 1024, "height": 768})
    page.goto(lab.url)
    page.get_by_role("link", name="Start the tour").click()
    page.get_by_role("heading", name="Sequences", exact=True, level=1).wait_for()
    expect(column(page)).to_contain_text("Step 1 of 10")
    at_rest(page)
    box, main = column(page).bounding_box(), page.locator(".st-key-page").bounding_box()
    assert main["x"] + main["width"] <= box["x"] and main["width"] > 640, "beside each other"
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth")
    expect(page.get_by_role("region", name="Offer of a tour")).to_have_count(0)
