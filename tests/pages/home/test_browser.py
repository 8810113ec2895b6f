"""Home in a browser: its picture moves, stands still for who asked for that, and all its parts are doors."""

import pytest

pytestmark = pytest.mark.browser

COUNT = "document.querySelector('.overview-bar').value"


def opened(page, address, query=""):
    page.goto(f"{address}/home{query}")
    page.locator(".overview-belief").first.wait_for()
    page.locator(".unit-map").wait_for()


def test_the_picture_moves_until_all_patches_are_read(address, page):
    opened(page, address)
    page.wait_for_function(f"Number({COUNT}) > 3")
    page.wait_for_function(f"Number({COUNT}) === 64")
    assert page.locator(".overview-belief.true").inner_text().split() == ["heart", "100", "%"]
    assert "says heart with 99.7 %" in page.locator(".overview-result").inner_text()
    page.get_by_role("slider", name="Patches that have been read").focus()
    page.keyboard.press("Home")
    assert page.evaluate(COUNT) == "0" and page.locator(".overview-belief.true").inner_text().split()[1] != "100"


def test_it_stands_still_for_who_wants_no_movement_and_goes_to_its_end_at_once(address, page):
    page.emulate_media(reduced_motion="reduce")
    opened(page, address, "?reader=vit")
    page.wait_for_timeout(600)
    assert page.evaluate(COUNT) == "64" and page.locator(".overview-button").inner_text() == "Play"
    page.get_by_role("slider", name="Patches that have been read").focus()
    page.keyboard.press("Home")
    assert page.evaluate(COUNT) == "0"
    page.locator(".overview-button").click()
    assert page.evaluate(COUNT) == "64" and page.locator(".overview-button").inner_text() == "Play"


def test_doors_lead_to_pages_within_the_session(address, page):
    opened(page, address)
    page.get_by_role("link", name="Cell", exact=True).click()
    page.get_by_role("heading", name="The image reader", level=1).wait_for()
    page.go_back()
    page.locator(".unit-map").get_by_role("link", name="Masks", exact=True).click()
    page.get_by_role("heading", name="Masks", level=1).wait_for()


@pytest.mark.parametrize("width", [320, 390, 1024])
def test_nothing_is_wider_than_the_page(address, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    opened(page, address)
    main = "document.querySelector('[data-testid=stMain]')"
    page.wait_for_function(f"{main}.scrollWidth <= innerWidth")
    for part in page.locator(".overview-part canvas").all():
        box = part.bounding_box()
        assert box["width"] > 60 and box["x"] + box["width"] <= width
