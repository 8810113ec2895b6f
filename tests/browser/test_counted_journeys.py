"""Journeys through the lab, as somebody goes them who has never seen it: all begin at the address of the lab, and presses are counted.

A press is one of the mouse or of a finger. What is typed is none, and nothing is asked but by the names that stand on the page.
"""

from __future__ import annotations

import re
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from core.data.shapes import CLASSES, PARTS, draw
from core.probes.recurrence.cell_by_hand import Cell, Reading, sequence
from tests.driven import at_rest, reach
from tests.pages.cell.test_browser import computed_by_hand

pytestmark = pytest.mark.browser
COUNTED = "addEventListener('pointerdown', () => { sessionStorage.presses = 1 + Number(sessionStorage.presses ?? 0) }, true)"
WITHOUT, GRU = "recorded-cifar10-vit-none-0", "recorded-cifar10-compare-gru-0"


@pytest.fixture
def lab(newcomers_lab):
    return newcomers_lab


def at_home(page, lab):
    """Open the bare address of the lab."""
    page.add_init_script(COUNTED)
    page.goto(lab.url)
    heading(page, "Home")
    page.locator(".unit-map").wait_for()
    at_rest(page)
    return page


def heading(page, name):
    page.get_by_role("heading", name=name, exact=True, level=1).wait_for()


def presses(page):
    return page.evaluate("Number(sessionStorage.presses ?? 0)")


def on_the_map(page, title):
    return page.locator(".unit-map").get_by_role("link", name=title, exact=True)


def click(_page, control):
    control.click()


def enter(page, control):
    """What `click` does, by the Tab key and Enter."""
    reach(page, control)
    page.keyboard.press("Enter")


@pytest.mark.parametrize(("press", "most"), [(click, 4), (enter, 0)])
def test_an_encoder_without_positions_is_equivariant_and_a_gru_is_not_in_four_clicks(lab, page, press, most):
    at_home(page, lab)
    press(page, on_the_map(page, "Shuffle test"))
    heading(page, "Shuffle test")
    press(page, page.get_by_role("button", name="Show me"))
    press(page, page.get_by_role("button", name="Random", exact=True))
    page.wait_for_selector(f".shuffle-card[data-model={WITHOUT}] .shuffle-verdict.equivariant")
    page.wait_for_selector(f".shuffle-card[data-model={GRU}] .shuffle-verdict.neither")
    page.get_by_text(re.compile(r"Proof: .*passed", re.DOTALL)).wait_for()
    assert presses(page) <= most


def test_task_1_2_is_found_and_computed_to_its_end(lab, page):
    at_home(page, lab)
    page.get_by_role("button", name="Find a claim").click()
    page.get_by_role("combobox", name="Find a claim").wait_for()
    page.keyboard.type("task 1.2")
    page.get_by_role("option", name="Task 1.2").first.click()
    heading(page, "The cell")
    page.wait_for_selector(".cellb[data-setup]")
    at_rest(page)
    page.get_by_role("button", name="1 row in the batch").click()
    page.wait_for_function("!location.search.includes('batch=2')")
    page.get_by_label("Cover the results").click()
    found = presses(page)
    before, after = computed_by_hand(page)  # five times "Next"
    expected = Reading(Cell.random("gru", 7, 5, scale=2.0), sequence("noise", 8, 7)).steps.hidden
    assert np.abs(before - expected[0]).max() < 1e-3 and np.abs(after - expected[1]).max() < 3e-3
    assert found <= 4 and presses(page) <= 9


def test_an_instructor_plays_changes_the_rate_and_opens_the_images_of_a_cell(lab, page):
    at_home(page, lab)
    page.get_by_role("button", name="Start a first run").first.click()
    heading(page, "Train")
    page.get_by_role("button", name="Pause").wait_for()
    rate = page.get_by_role("slider", name="Rate of this run")
    rate.focus()
    before = float(rate.input_value())
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.live-chart-plot').layout?.annotations?.some((one) => /^lr /.test(one.text))")
    assert float(rate.input_value()) > before
    page.locator(".lab-confusion").first.wait_for()  # of the first epoch
    page.get_by_role("link", name="Evaluate", exact=True).first.click()
    heading(page, "Evaluate")
    cell = page.locator(".confusion-board td[aria-label*='misclassified as']:not([aria-label*=': 0 '])").first
    told = re.match(r"(\w+) misclassified as (\w+)", cell.get_attribute("aria-label"))
    cell.click()
    page.get_by_text(re.compile(f"^{told[1]} misclassified as {told[2]}")).first.wait_for()
    page.locator(".lab-strip img").first.wait_for()
    assert presses(page) <= 4


def test_ones_own_photo_on_a_phone_is_answered_in_three_taps(lab, chromium):
    photo = BytesIO()
    Image.fromarray(draw(PARTS["val"][:1])[0][0].transpose(1, 2, 0)).resize((640, 480)).save(photo, "JPEG")
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = at_home(context.new_page(), lab)
    on_the_map(page, "Try it").tap()
    heading(page, "Try it")
    at_rest(page)
    page.get_by_role("radio", name="Upload").tap()
    page.locator("input[type=file]").wait_for(state="attached")
    with page.expect_file_chooser() as asked:
        page.locator("[data-testid=stFileUploaderDropzone] button").tap()
    asked.value.set_files({"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()})
    page.wait_for_function("document.querySelector('.patch-caption')?.innerText === 'photo.jpg'")
    answered = page.locator(".patch-card").first.locator(".patch-bar span").first
    answered.wait_for()
    assert answered.inner_text() in CLASSES and presses(page) <= 3
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


def test_a_whole_lesson_is_done_by_keyboard_alone(lab, page):
    at_home(page, lab)
    column = page.get_by_role("region", name="Lesson")

    def press(name):
        enter(page, column.get_by_role("button", name=name, exact=True))
        at_rest(page)

    enter(page, on_the_map(page, "Lessons"))
    heading(page, "Lessons")
    enter(page, page.get_by_role("link", name="Masks: who may read whom"))
    heading(page, "Masks")
    reach(page, column.get_by_role("radio").first)
    page.keyboard.press("Space")
    press("Answer")
    column.get_by_text("Correct: Not at all: by exactly 0").wait_for()
    press("Next")
    press("Measure it")
    column.get_by_text("A padding mask is not a subsequent mask.").wait_for()
    press("Next")
    page.wait_for_url(re.compile("layers=3&lesson=masks&step=3"))
    reach(page, page.get_by_role("slider", name="Decoder layers"))
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile("layers=2"))
    press("Check")
    column.get_by_text("You have done this lesson.").wait_for()
    assert presses(page) == 0
