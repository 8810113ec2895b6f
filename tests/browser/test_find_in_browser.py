"""The search of the lab in a browser: opened by keys and by its button, chosen by keys, and closed where one was."""

import pytest

pytestmark = pytest.mark.browser

FOCUS = "document.activeElement.closest('.find-open, .find-field, h1, button, input')?.className ?? ''"


@pytest.fixture
def masks(address, page):
    page.goto(f"{address}/masks")
    page.get_by_role("heading", name="Masks", level=1).wait_for()
    page.locator(".find-open").wait_for()
    return page


def test_a_question_leads_by_keys_to_a_page_that_is_set_up(masks):
    asked = []
    masks.on("request", lambda request: asked.append(request.url) if request.url.endswith("/find.json") else None)
    masks.keyboard.press("/")
    field, rows = masks.get_by_role("combobox", name="Find a claim"), masks.get_by_role("option")
    rows.first.wait_for()
    assert rows.count() > 20, "before anything is typed all pages stand there"
    masks.keyboard.type("task 1.2")
    assert rows.first.inner_text().startswith("Task 1.2") and field.get_attribute("aria-expanded") == "true"
    masks.keyboard.press("ArrowDown")
    masks.keyboard.press("ArrowUp")
    marked = field.get_attribute("aria-activedescendant")
    assert masks.locator(f"#{marked}[aria-selected=true]").inner_text().startswith("Task 1.2")
    masks.keyboard.press("Enter")
    masks.get_by_role("heading", name="The cell", level=1).wait_for()
    masks.wait_for_function("location.search.includes('view=hand')")
    masks.keyboard.press("Control+k")
    masks.keyboard.type("equivarient")
    masks.get_by_role("option", name="Shuffle test").first.click()
    masks.get_by_role("heading", name="Shuffle test", level=1).wait_for()
    assert len(asked) == 1, "the list comes once"


def test_escape_closes_it_and_the_focus_returns(masks):
    opener = masks.get_by_role("button", name="Find a claim")
    opener.focus()
    masks.keyboard.press("Enter")
    masks.get_by_role("combobox").wait_for()
    assert masks.evaluate(FOCUS) == "find-field"
    masks.keyboard.type("qqqq xyzzy")
    masks.get_by_text("Nothing was found").wait_for()
    masks.keyboard.press("Enter")
    masks.keyboard.press("Escape")
    masks.get_by_role("combobox").wait_for(state="hidden")
    assert masks.evaluate(FOCUS) == "find-open" and masks.url.endswith("/masks")


def test_what_is_typed_into_a_field_is_typed_there(address, page):
    page.goto(f"{address}/translate")
    field = page.get_by_role("textbox").first
    field.wait_for()
    page.locator(".find-open").wait_for(state="attached")
    field.fill("1")
    page.keyboard.press("/")
    page.keyboard.press("Control+k")
    assert page.locator("dialog[open]").count() == 0 and "/" in field.input_value()
