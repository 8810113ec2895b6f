"""The page Vote in two browsers side by side, a projector and a phone: a question from the first vote to the reveal; a killed server;
a curve drawn with a finger, and a cell chosen with keys.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from core.classroom.questions.images import EPOCHS, SHAPES
from dashboard.classroom.instructor import KEY_FILE
from tests.driven import at_rest, fresh_page

pytestmark = pytest.mark.browser
BOARD = ".vote-board"


def open_as_instructor(page, lab):
    page.goto(f"{lab.url}instructor?secret={(lab.home / KEY_FILE).read_text('utf-8').strip()}")
    code = page.locator(".class-bar-code").inner_text()
    page.goto(f"{lab.url}vote")
    page.get_by_role("button", name="Ask the class").wait_for()
    return code


def join(page, lab, code, name):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{lab.url}vote?code={code}")
    page.get_by_role("textbox", name="Your name").fill(name)
    page.get_by_role("button", name="Join").click()
    page.get_by_text("No question is open").wait_for()


def ask(page, words):
    box = page.get_by_role("combobox", name="Question")
    box.click()
    box.fill(words)
    page.keyboard.press("Enter")
    expect(page.locator(".vote-question")).to_contain_text(words)
    page.get_by_role("button", name="Ask the class").click()
    page.get_by_text("Answer for yourself").wait_for()


def step(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def send(page, words):
    at_rest(page)
    page.get_by_role("button", name=re.compile("(Send|Change) my answer")).click()
    expect(page.get_by_text("Sent:")).to_contain_text(words)


def drawn(page):
    return json.loads(page.locator(BOARD).get_attribute("data-answer"))


def test_a_question_from_the_first_vote_to_the_reveal(class_lab, chromium):
    with fresh_page(chromium) as boss, fresh_page(chromium) as phone:
        join(phone, class_lab, open_as_instructor(boss, class_lab), "Ann")
        frames = []
        phone.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(frame)))
        ask(boss, "Token 5 is replaced")
        phone.get_by_text("By less than 0.001").click()
        phone.get_by_role("textbox", name="Why?").fill("rounding")
        send(phone, "By less than 0.001")
        boss.get_by_text("1 of 2 have answered").wait_for()
        step(boss, "Discuss")
        phone.get_by_text("Nobody to speak with").wait_for()
        step(boss, "Experiment")
        boss.get_by_role("button", name="Measure it now").click()
        boss.get_by_text("Measured. It is shown to nobody").wait_for()
        phone.get_by_text("It has been measured").wait_for()
        step(boss, "Vote again")
        phone.get_by_text("Has it changed your mind?").wait_for()
        assert b"It moves by" not in b"".join(frame if isinstance(frame, bytes) else frame.encode() for frame in frames)
        phone.get_by_text("Not at all: by exactly 0").click()
        send(phone, "Not at all: by exactly 0")
        step(boss, "Reveal")
        for page in (boss, phone):
            expect(page.locator(".vote-truth")).to_contain_text("Not at all: by exactly 0")
            page.get_by_text("1 changed to what was measured, 0 away from it, of 1").wait_for()


def test_after_a_killed_server_phase_and_answers_are_there_again(class_lab, chromium):
    with fresh_page(chromium) as boss:
        open_as_instructor(boss, class_lab)
        ask(boss, "Token 5 is replaced")
        boss.get_by_text("By more than that").click()
        send(boss, "By more than that")
        cookies = boss.context.cookies()
    class_lab.kill()
    class_lab.start()
    with fresh_page(chromium) as boss:
        boss.context.add_cookies(cookies)
        boss.goto(f"{class_lab.url}vote")
        expect(boss.get_by_text("Sent:")).to_contain_text("By more than that")
        step(boss, "Discuss")
        boss.get_by_text("Your answer so far").wait_for()


def test_a_curve_is_drawn_with_a_finger_and_moved_with_keys(lab, page):
    page.goto(f"{lab.url}vote")
    ask(page, "Draw its validation accuracy")
    area = page.locator(".vote-curve")
    box = area.bounding_box()
    page.mouse.move(box["x"] + 46, box["y"] + 250)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 20, steps=4)
    page.mouse.up()
    curve = drawn(page)
    assert len(curve) == EPOCHS and curve[0] < 15 and curve[-1] > 85
    assert all(later > earlier for earlier, later in pairwise(curve))  # a straight stroke leaves no place out
    area.focus()
    page.keyboard.press("ArrowDown")  # where the stroke ended
    assert drawn(page)[-1] == pytest.approx(curve[-1] - 5)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    assert drawn(page)[-2] == pytest.approx(min(100, curve[-2] + 5)) and drawn(page)[:-2] == curve[:-2]
    send(page, f"{drawn(page)[0]:.1f} at first")


def test_a_cell_is_chosen_with_keys_and_none_of_the_diagonal(lab, page):
    page.goto(f"{lab.url}vote")
    ask(page, "Which cell beside the diagonal")
    cells = page.locator(".vote-grid-cell")
    expect(cells).to_have_count(len(SHAPES) ** 2)
    cells.first.click()
    assert drawn(page) is None
    cells.first.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    assert drawn(page) == [1, 2]
    send(page, f"true {SHAPES[1]}, named {SHAPES[2]}")


def test_the_pulse_of_a_student_says_no_count(class_lab, chromium):
    with fresh_page(chromium) as boss, fresh_page(chromium) as phone:
        join(phone, class_lab, open_as_instructor(boss, class_lab), "Ann")
        ask(boss, "Token 5 is replaced")
        with phone.expect_response(lambda answer: "/pulse?" in answer.url) as heard:
            pass
        before = heard.value.json()["poll"]
        boss.get_by_text("By more than that").click()
        send(boss, "By more than that")
        with phone.expect_response(lambda answer: "/pulse?" in answer.url) as heard:
            pass
        assert heard.value.json()["poll"] == before and set(before) == {"open", "version"}
