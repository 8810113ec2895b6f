"""A class in two browsers side by side: the instructor's laptop at 1280 x 800, a student's phone at 390 x 844."""

from __future__ import annotations

import re

import pytest

from tests.class_driven import bar, go_to, heading, join
from tests.driven import at_rest

pytestmark = pytest.mark.browser


def test_a_class_joins_is_led_and_let_go(instructor, phone, class_lab, invited):
    assert "secret" not in instructor.url, "who stands behind the instructor must not read it"
    assert instructor.locator(".lab-invitation .code").inner_text().replace(" ", "").replace("\n", "") == invited[0]
    assert instructor.locator(".lab-invitation img.qr").evaluate("image => image.complete && image.clientWidth > 200")
    name = join(phone, class_lab, invited[0], "masks?pad=3")
    heading(phone, "Masks")
    assert "pad=3" in phone.url
    instructor.get_by_role("listitem").filter(has_text=name).wait_for()
    assert "Anna" not in instructor.locator("body").inner_text()

    bar(instructor).get_by_role("button", name="Lead the class").click()
    bar(instructor).get_by_text("The class follows this page").wait_for()
    go_to(instructor, "Encoder and decoder", "Where it went")
    heading(phone, "Where it went")
    instructor.locator(".system-map").get_by_role("button").first.wait_for()
    go_to(instructor, "Encoder and decoder", "Masks")
    heading(phone, "Masks")
    phone.wait_for_function("() => !location.search.includes('pad=3')")
    instructor.locator(".st-key-masks_pad input[type=range]").press("ArrowRight")
    phone.wait_for_function("() => location.search.includes('pad=3')")
    at_rest(phone)

    bar(phone).get_by_role("button", name="Let go").tap()
    bar(phone).get_by_role("button", name="Catch up").wait_for()
    go_to(instructor, "Encoder and decoder", "Where it went")
    phone.wait_for_timeout(2500)  # it would have followed by now
    heading(phone, "Masks")
    bar(phone).get_by_role("button", name="Catch up").tap()
    heading(phone, "Where it went")
    bar(instructor).get_by_role("button", name="Stop leading").click()
    phone.get_by_text("You follow the instructor").wait_for(state="hidden")


def test_the_question_of_a_lesson_becomes_a_vote(instructor, phone, class_lab, invited):
    lesson, step = phone.get_by_role("region", name="Lesson"), "masks?lesson=masks&step=1"
    join(phone, class_lab, invited[0], step)
    answer = lesson.get_by_role("button", name="Answer", exact=True)
    answer.wait_for()
    instructor.goto(f"{class_lab.url}{step}")
    instructor.get_by_role("region", name="Lesson").get_by_role("button", name="Ask the class").click()
    heading(instructor, "Vote")
    phone.goto(f"{class_lab.url}{step}")
    lesson.get_by_text("Your class votes on this question now").wait_for()
    assert answer.count() == 0, "nobody learns the answer meanwhile"
    phone.goto(f"{class_lab.url}vote")
    phone.get_by_text("Not at all: by exactly 0").tap()
    at_rest(phone)
    phone.get_by_role("button", name=re.compile("Send my answer")).tap()
    phone.get_by_text("Sent:").wait_for()
    instructor.get_by_text("1 of 2 have answered").wait_for()
    for name in ("Discuss", "Experiment", "Measure it now"):
        instructor.get_by_role("button", name=name, exact=True).click()
    instructor.get_by_text("Measured. It is shown to nobody").wait_for()
    for name in ("Vote again", "Reveal"):
        instructor.get_by_role("button", name=name, exact=True).click()
    phone.locator(".vote-truth").get_by_text("Not at all: by exactly 0").wait_for()
    phone.goto(f"{class_lab.url}{step}")
    answer.wait_for()


def test_a_student_looks_at_the_instructors_run_and_cannot_stop_it(instructor, phone, class_lab, invited):
    join(phone, class_lab, invited[0])
    go_to(instructor, "Lab", "Train")
    instructor.get_by_role("button", name="Play", exact=True).click()
    instructor.wait_for_function("() => location.search.includes('run=')")
    run = re.search(r"run=([\w-]+)", instructor.url)[1]
    bar(phone).get_by_role("button", name="Instructor’s run").tap()
    phone.wait_for_function("run => location.search.includes(run)", arg=run)
    phone.get_by_text(run).first.wait_for()
    at_rest(phone)
    assert phone.get_by_role("button", name="Stop", exact=True).is_disabled()
    assert phone.get_by_role("button", name="Delete").count() == 0

    phone.context.set_offline(True)  # the wireless drops
    phone.wait_for_timeout(3000)
    phone.context.set_offline(False)
    phone.get_by_role("button", name="Play", exact=True).tap()
    phone.wait_for_function("run => !location.search.includes(run)", arg=run)
    own = re.search(r"run=([\w-]+)", phone.url)[1]
    assert class_lab.statuses().keys() == {run, own}
    phone.wait_for_selector(".st-key-stop button:enabled:visible")


def test_the_laptop_dies_in_the_middle_of_the_lesson_and_comes_back(instructor, phone, class_lab, invited):
    name = join(phone, class_lab, invited[0])
    phone.get_by_role("button", name="Play", exact=True).tap()
    phone.wait_for_function("() => location.search.includes('run=')")
    own = re.search(r"run=([\w-]+)", phone.url)[1]
    class_lab.kill()
    class_lab.start()
    phone.reload()  # what people do; else the page does it by itself
    bar(phone).get_by_text(name).wait_for()
    phone.get_by_text(f"{own} · interrupted").wait_for()
    phone.get_by_role("button", name="Continue", exact=True).first.tap()
    phone.wait_for_selector(".st-key-stop button:enabled:visible")
    instructor.reload()
    bar(instructor).get_by_text(invited[0]).wait_for()
    instructor.get_by_role("listitem").filter(has_text=name).wait_for()
