"""What stands around a picture: it follows once the picture has come to rest, on every page that draws the picture first."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.driven import at_rest, frames_sent

pytestmark = pytest.mark.browser

PAGES = {  # page -> slider, its new value in the link after a key to the right, the link that the foot must then show
    "sequences": ("Inputs, T", "T=6"),
    "depth": ("Inputs, T", "T=6"),
    "memory": ("Forget-gate bias", "bias=3.5"),
    "masks": ("Decoder layers", "layers=2"),
    "went": ("Tokens T", "T=2048"),
}


@pytest.mark.parametrize("name", PAGES)
def test_address_and_foot_follow_the_slider_and_stand_still_without_it(address, page, name):
    slider, wanted = PAGES[name]
    sent = frames_sent(page)
    page.goto(f"{address}/{name}")
    page.get_by_text("This set-up as a link").click()
    page.locator("[data-testid=stCode]").first.wait_for()
    at_rest(page)
    page.get_by_role("slider", name=slider).first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("wanted => location.search.includes(wanted)", arg=wanted)
    expect(page.locator("[data-testid=stCode]").first).to_contain_text(wanted)
    at_rest(page)
    page.wait_for_timeout(1_000)  # longer than a picture rests before all around it follows
    before = len(sent)
    page.wait_for_timeout(1_500)
    assert before and len(sent) == before  # nobody asks again and again
    assert not page.locator("[data-testid=stException]").count()
