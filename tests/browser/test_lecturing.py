"""Presenting a page, and the keys that work on every page."""

from __future__ import annotations

import pytest

from dashboard.navigation import PAGES, sections
from tests.driven import at_rest

pytestmark = pytest.mark.browser

MASKS = next(page for page in PAGES if page.url_path == "masks")


def open_masks(page, address: str, query: str = "") -> None:
    page.goto(f"{address}/masks{query}")
    page.get_by_role("heading", name=MASKS.title, level=1).wait_for()
    page.get_by_role("button", name="Present").wait_for()
    at_rest(page)


def test_a_page_is_presented_without_controls_and_with_its_claim_as_the_title(address, page):
    page.set_viewport_size({"width": 1024, "height": 768})
    open_masks(page, address)
    claim, title = page.locator(".st-key-opening [data-testid=stMarkdown] p").first, page.get_by_role("heading", level=1)
    size = "(element) => parseFloat(getComputedStyle(element).fontSize)"
    assert claim.evaluate(size) < title.evaluate(size)
    slider, small = page.locator(".st-key-masks_pad"), claim.evaluate(size)
    assert slider.is_visible()
    page.keyboard.press("p")
    slider.wait_for(state="hidden")
    assert claim.evaluate(size) > max(title.evaluate(size), 1.5 * small)
    assert page.locator(".mask-board").bounding_box()["width"] > 800, "the picture has the width of the controls"
    page.get_by_role("switch", name="Show controls").click()
    slider.wait_for()
    slider.get_by_role("slider").press("ArrowRight")  # used, and so chosen
    page.wait_for_function("location.search.includes('pad=')")
    page.get_by_role("switch", name="Show controls").click()
    page.locator(".st-key-masks_layers").wait_for(state="hidden")
    assert slider.is_visible()
    page.get_by_role("switch", name="Show controls").focus()
    page.keyboard.press("p")
    page.locator(".st-key-masks_layers").wait_for()


def test_arrows_step_through_the_experiments_of_a_page_that_is_presented(address, page):
    open_masks(page, address, "?present=1")
    page.get_by_role("region", name="Presentation").wait_for()
    names, links = list(MASKS.about.experiments), list(MASKS.about.experiments.values())
    told = page.get_by_role("region", name="Presentation").get_by_role("status")
    for key, at in (("ArrowRight", 0), ("ArrowRight", 1), ("ArrowLeft", 0)):
        page.keyboard.press(key)
        page.get_by_text(f"Experiment {at + 1} of").wait_for()
        assert told.inner_text().endswith(names[at])
        name, value = next(iter(links[at].items()))
        page.wait_for_function("([name, value]) => new URLSearchParams(location.search).get(name) === value", arg=[name, value])
        at_rest(page)
    page.keyboard.press("ArrowLeft")  # before the first one there is none
    assert told.inner_text().endswith(names[0])


def test_digits_open_the_pages_of_the_section(address, page):
    open_masks(page, address)
    near = sections()[MASKS.section]
    other = next(place for place, one in enumerate(near) if one != MASKS)
    page.keyboard.press(str(other + 1))
    page.get_by_role("heading", name=near[other].title, level=1).wait_for()


def test_keys_are_listed_and_those_of_one_sign_can_be_switched_off(address, page):
    open_masks(page, address)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    dialog.get_by_role("row", name="P Present the page").wait_for()
    page.keyboard.press("p")  # keys belong to the dialog
    assert page.locator("html.presenting").count() == 0
    dialog.get_by_role("checkbox").press("Space")
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    page.keyboard.press("p")
    page.keyboard.press("?")
    page.get_by_role("button", name="Keys", exact=True).click()  # still there, without a key
    dialog.wait_for()
    assert page.locator("html.presenting").count() == 0
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Close").click()
    page.keyboard.press("p")
    page.locator("html.presenting").wait_for(state="attached")
