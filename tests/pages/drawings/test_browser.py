"""A class draws in real browsers: a phone by touch, the instructor beside it; dropped, put back, through a killed server, trained."""

from __future__ import annotations

import re

import pytest

from core.data.made_sets import pictures_of
from tests.driven import at_rest

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def finger(phone, points):
    """What a touch screen sends for a finger that goes from point to point, as slowly as one does."""
    for k, (x, y) in enumerate(points):
        phone.touch.send("Input.dispatchTouchEvent", {"type": "touchMove" if k else "touchStart", "touchPoints": [{"x": x, "y": y}]})
        phone.wait_for_timeout(30)
    phone.touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def drawn(phone, slope):
    """Draw a line with a finger."""
    box = phone.locator(".sending canvas").bounding_box()
    finger(phone, [(box["x"] + box["width"] * k / 10, box["y"] + box["height"] * (0.5 + slope * (k - 5) / 12)) for k in range(2, 9)])


def tapped(phone, place):
    """Tap with a finger."""
    box = phone.locator(place).bounding_box()
    finger(phone, [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)])


def send(phone, count, slope):
    """Draw and send, and wait until the server has it."""
    drawn(phone, slope)
    tapped(phone, ".sending-send:enabled")
    phone.get_by_text(f"Sent {count}").wait_for()
    phone.wait_for_function("() => document.querySelector('.sending').board.outbox.sheets.length === 0")
    assert phone.evaluate("() => document.querySelector('.sending').board.sheet.blank"), "an empty sheet at once"


def arrived(board, count):
    board.wait_for_function("count => document.querySelectorAll('.arrivals-pictures button').length === count", arg=count)


def joined(phone, lab, code):
    phone.goto(f"{lab.url}drawings")
    phone.get_by_role("textbox", name="Code of the class").fill(code)
    phone.get_by_role("textbox", name="Your name").fill("Ann Realname")
    phone.keyboard.press("Tab")
    at_rest(phone)
    phone.get_by_role("button", name=re.compile("Join")).first.tap()
    phone.locator(".sending canvas").wait_for()


def test_a_phone_draws_the_instructor_sees_it_drops_it_and_trains(class_lab, invited, chromium):
    contexts = chromium.new_context(viewport={"width": 1024, "height": 768}), chromium.new_context(**PHONE)
    board, phone = (context.new_page() for context in contexts)
    phone.touch = contexts[1].new_cdp_session(phone)
    errors = []
    board.on("pageerror", lambda error: errors.append(str(error)))
    phone.on("pageerror", lambda error: errors.append(str(error)))

    code, link = invited
    board.goto(link)
    board.goto(f"{class_lab.url}drawings")
    board.locator(".arrivals-pictures img").first.wait_for()
    joined(phone, class_lab, code)
    phone.get_by_text("Nothing is collected now").wait_for()
    assert not phone.locator(".sending-send").is_visible()

    board.get_by_role("textbox", name="Name of the set").fill("lines")
    board.get_by_role("textbox", name="Classes").fill("up, down")
    board.keyboard.press("Tab")
    at_rest(board)
    board.get_by_role("button", name="Collect for 3 minutes").click()
    phone.locator(".sending-classes button").nth(1).wait_for()
    foot = phone.locator(".sending-send").bounding_box()
    assert foot["y"] + foot["height"] <= 844 and foot["height"] >= 44, "within reach of a thumb, without scrolling"
    for k in range(6):
        assert phone.locator(".sending-classes [aria-checked=true]").inner_text() == ("up", "down")[k % 2], "the one with the fewest"
        send(phone, k + 1, (0.6, -0.6)[k % 2])
    arrived(board, 6)
    phone.get_by_text(re.compile("“down” has 3")).wait_for()

    board.get_by_role("button", name="Train on them").click()  # it waits until there are enough: no page was loaded anew for that
    board.get_by_text("began with 6 pictures, and keeps them").wait_for()
    board.locator(".live-chart-plot").wait_for()
    board.get_by_text(re.compile("test accuracy")).wait_for()
    assert board.get_by_role("button", name="Close now").is_visible(), "the set is still open"
    assert phone.locator(".sending-send").is_visible()

    first = board.locator(".arrivals-pictures button").first
    assert "by " in first.get_attribute("title") and "Realname" not in board.content() and "Realname" not in phone.content()
    first.click()
    arrived(board, 5)
    folder = class_lab.home / "made" / "lines"
    board.wait_for_function("() => document.querySelector('.arrivals').board.shelf.wishes().length === 0")
    assert sum(map(len, pictures_of(folder).values())) == 5
    board.get_by_role("button", name="Undo").click()
    arrived(board, 6)
    board.wait_for_function("() => document.querySelector('.arrivals').board.shelf.wishes().length === 0")
    assert sum(map(len, pictures_of(folder).values())) == 6

    class_lab.kill()
    drawn(phone, 0.2)
    class_lab.start()
    phone.reload()
    phone.locator(".sending-classes button").nth(1).wait_for()
    board.reload()
    arrived(board, 6)
    send(phone, 7, 0.3)
    arrived(board, 7)

    board.get_by_role("button", name="Close now").click()
    phone.get_by_text("Nothing is collected now").wait_for()
    board.get_by_role("button", name="Train on them").click()
    board.get_by_text("began with 7 pictures, and keeps them").wait_for()
    board.locator(".live-chart-plot").wait_for()
    board.get_by_text(re.compile("best validation accuracy")).wait_for()
    for context in contexts:
        context.close()
    assert errors == []
