"""What is around every page: the bar on top, and the menu of a phone."""

import pytest

pytestmark = pytest.mark.browser


def test_what_scrolls_goes_below_the_bar_and_cannot_be_seen_through_it(address, page):
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{address}/masks")
        page.get_by_role("heading", name="Masks", level=1).wait_for()
        page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollHeight > 1500")
        bar = "getComputedStyle(document.querySelector('[data-testid=stHeader]')).backgroundColor"
        assert "rgba" not in page.evaluate(bar) and page.evaluate(bar) != "transparent"
        top = page.locator("h1").bounding_box()["y"]
        assert top >= page.get_by_test_id("stHeader").bounding_box()["height"], "the title is not under the bar"
        page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 400)")
        there = "document.elementFromPoint(600, 30).closest('[data-testid=stHeader]') !== null"
        page.wait_for_function(there)


def test_the_menu_of_a_phone_is_named_and_closes_when_a_page_has_been_chosen(address, page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/masks")
    page.get_by_role("heading", name="Masks", level=1).wait_for()
    opener = page.get_by_test_id("stExpandSidebarButton")
    named = """getComputedStyle(document.querySelector('[data-testid=stExpandSidebarButton]'), '::after').content === '"Menu"'"""
    page.wait_for_function(named)  # the lab's style sheet may come after the page's heading
    opener.click()
    page.get_by_role("link", name="Patches").click()
    page.get_by_role("heading", name="Patches", level=1).wait_for()
    page.wait_for_function("document.querySelector('[data-testid=stSidebar]')?.getAttribute('data-collapsed') !== 'false'")
    assert page.evaluate("document.elementFromPoint(150, 400).closest('[data-testid=stSidebar]') === null")


def test_a_page_brings_the_style_of_what_it_alone_draws(address, page):
    """`.lab-went td.text` stands in pages/went/page.css; the theme alone would put cells to the right. The style goes with the page."""
    page.goto(f"{address}/went")
    page.locator(".lab-went td.text").first.wait_for()
    page.wait_for_function("getComputedStyle(document.querySelector('.lab-went td.text')).textAlign === 'left'")
    sheets = "[...document.querySelectorAll('style')].filter((one) => one.textContent.includes('.lab-went')).length"
    assert page.evaluate(sheets) == 1
    page.get_by_test_id("stTopNavSection").filter(has_text="Encoder and decoder").click()
    page.get_by_test_id("stTopNavPopover").get_by_role("menuitem", name="Masks").click()
    page.get_by_role("heading", name="Masks", level=1).wait_for()
    page.wait_for_function(f"{sheets} === 0")
