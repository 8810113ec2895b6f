"""Unrolled networks in a real browser: what lights up, what is chosen, and a lesson that trains behind the page."""

from __future__ import annotations

import pytest

from tests.driven import at_rest, frames_sent

pytestmark = pytest.mark.browser
BOX = ".unrolled"
PART = ".unrolled-scroll [data-node='{}']"


def open_page(address, page, path):
    page.goto(f"{address}/{path}")
    page.get_by_text("Proof: ").first.wait_for()
    page.wait_for_selector(f"{BOX}[data-nodes]")
    at_rest(page)
    return page


def point_at(page, name):
    page.locator(PART.format(name)).hover()
    page.wait_for_function("name => document.querySelector('.unrolled').dataset.at === name", arg=name)
    return page.evaluate("document.querySelector('.unrolled').dataset.lit").split()


def test_what_is_pointed_at_lights_up_without_asking_the_server(address, page):
    sent = frames_sent(page)
    open_page(address, page, "depth")
    before = len(sent)
    assert point_at(page, "b1.4")[:5] == ["b1.1", "b1.2", "b1.3", "b1.4", "b1.5"]
    assert "x4" in point_at(page, "b1.4") and "x3" not in point_at(page, "b1.4")
    assert "depends on inputs 4, 5" in page.locator(".unrolled-told").inner_text()
    assert set(point_at(page, "f1.2")) >= {"x1", "x2", "f1.1", "f1.5", "b2.1", "y"} and "x3" not in point_at(page, "f1.2")
    page.get_by_role("button", name="backward").hover()
    page.wait_for_function("document.querySelector('.unrolled').dataset.lit.startsWith('b1.1 b1.2')")
    point_at(page, "f1.2")
    faint = page.evaluate("getComputedStyle(document.querySelector('.unrolled-scroll [data-node=x5]')).opacity")
    assert float(faint) < 0.3 and before and len(sent) == before


def test_a_task_is_chosen_with_the_mouse_and_by_keyboard(address, page):
    open_page(address, page, "sequences")
    page.get_by_role("radio", name="Many to many, same length").click()
    page.wait_for_function("document.querySelector('.unrolled-scroll').textContent.includes('(2, 5, 7)')")
    page.wait_for_function("location.search === '?task=same-length'")
    assert point_at(page, "y2") == ["h1", "h2", "x1", "x2", "y2"]
    page.locator(".unrolled-choices [aria-checked=true]").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.unrolled-scroll [data-node=d7]') !== null")
    page.get_by_text("handed over").wait_for()
    page.locator(".unrolled-scroll").focus()
    for key, name in (("ArrowRight", "x1"), ("ArrowUp", "h1"), ("ArrowRight", "h2"), ("ArrowUp", "y1"), ("ArrowDown", "d1")):
        page.keyboard.press(key)
        page.wait_for_function("name => document.querySelector('.unrolled').dataset.at === name", arg=name)
    page.keyboard.press("Escape")
    page.wait_for_function("document.querySelector('.unrolled').dataset.at === ''")


def test_a_slider_and_a_picture(address, page):
    open_page(address, page, "sequences?task=same-length&T=3")
    page.get_by_role("slider", name="Inputs, T").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.unrolled-scroll').textContent.includes('(2, 4, 7)')")
    page.get_by_role("radio", name="Picture").click()
    page.wait_for_function("document.querySelectorAll('.unrolled-scroll image').length === 8")
    page.wait_for_function("location.search.includes('example=picture') && location.search.includes('T=4')")


def test_spider_man_trains_behind_the_page(address, page):
    open_page(address, page, "depth?between=0")
    page.get_by_role("button", name="Train both networks").click()
    page.wait_for_function("document.querySelectorAll('.lab-distances polyline').length >= 4")
    point_at(page, "x1")  # the page is alive meanwhile
    page.get_by_text("Trained: 150 steps").wait_for()
    page.wait_for_function(
        """() => {
            const rows = [...document.querySelectorAll('.lab-spoken tbody tr')].map((row) => row.querySelectorAll('td.wrong').length);
            return rows.length === 3 && rows[1] > 0;
        }"""
    )
    page.get_by_text("for all words before it stay exactly equal").wait_for()


def test_both_pages_on_a_phone_by_touch(address, chromium):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    try:
        page = context.new_page()
        for path, name, lit in (("sequences", "h2", {"x1", "x2", "y5"}), ("depth", "b1.1", {"x1", "x2", "x5"})):
            open_page(address, page, path)
            page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
            page.locator(PART.format(name)).tap()
            page.wait_for_function("name => document.querySelector('.unrolled').dataset.at === name", arg=name)
            assert set(page.evaluate("document.querySelector('.unrolled').dataset.lit").split()) >= lit
            picture, control = page.locator(".unrolled-scroll").bounding_box(), page.get_by_role("slider").first.bounding_box()
            assert picture["y"] < control["y"] and picture["x"] + picture["width"] <= 390
            seen = page.locator(".unrolled-scroll > svg").bounding_box()
            assert seen["width"] <= picture["width"] + 6  # as it opens, the network is in sight as a whole
        for path in ("sequences?task=other-length&T=10&S=8", "depth?layers=3&T=8"):  # a long one scrolls by itself, not the page
            open_page(address, page, path)
            page.wait_for_function("(place => place.scrollWidth > place.clientWidth + 50)(document.querySelector('.unrolled-scroll'))")
            assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth")
    finally:
        context.close()


def test_the_pictures_are_in_sight_on_a_projector(address, page):
    page.set_viewport_size({"width": 1024, "height": 768})
    for path in ("sequences?task=other-length&T=10&S=8", "depth?layers=3&T=8"):
        open_page(address, page, path)
        box = page.locator(".unrolled-scroll").bounding_box()
        assert box["y"] + box["height"] <= 768 and box["x"] + box["width"] <= 1024
