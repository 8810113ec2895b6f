"""The column of a lesson beside a page: where it leads, what it asks and checks, and what a link says of it."""

import math

import pytest

from core.classroom.rights import INSTRUCTOR, STUDENT
from core.lessons.shelf import own_folder
from core.training.history import RunSummary
from dashboard.lessons import lookups
from dashboard.lessons.view import hidden_css, text_html
from dashboard.shell import services, visitor
from tests.pages.conftest import home_of_its_own  # noqa: F401 - a lab of its own for each test
from tests.pages.support import html_of, open_page, press, run, texts

LESSON = """+++
title = "Our week"
minutes = 6
+++
What we do this week.

## Shuffle
+++
page = "masks"
state = "layers=3"
hidden = ["masks_pad", ".lab-try"]

[question]
ask = "Which of these is right?"
choices = ["One", "Two"]
answer = "Two"
because = "One <b>is</b> wrong."

[check]
measure = "tokens"
is = 257
+++
Look at the **layers** of `x`.

## Change it
+++
page = "masks"
state = "layers=3"
check = { changed = ["layers"] }
+++
Move the slider.

## Only words
Nothing else happens here.

## Train
+++
page = "went"
check = { run = { model = "gru" }, above = 0.5 }
+++
Train a model.
"""
ME = "m" * 32


@pytest.fixture(autouse=True)
def week(monkeypatch):
    monkeypatch.setattr(visitor, "owner", lambda: ME)
    own_folder().mkdir(parents=True)
    (own_folder() / "week.md").write_text(LESSON, "utf-8")


def address(app):
    return {name: text[0] if isinstance(text, list) else text for name, text in dict(app.query_params).items()}


def headers(app):
    return [header.value for header in app.header]


def buttons(app):
    return {button.key: button for button in app.button}


def test_a_link_to_a_step_opens_its_page_in_its_state_without_what_is_hidden():
    app = open_page("masks", lesson="week", step="1")
    assert address(app) == {"layers": "3", "lesson": "week", "step": "1"} and app.slider(key="masks_layers").value == 3
    assert "Shuffle" in headers(app) and "Step 1 of 4" in html_of(app, "lesson-progress")
    assert "<strong>layers</strong> of <code>x</code>" in html_of(app, "Look at the")
    assert html_of(app, "st-key-masks_pad") == hidden_css(("masks_pad", ".lab-try"))
    assert buttons(app)["lesson_back"].disabled and not buttons(app)["lesson_next"].disabled


def test_what_a_link_says_of_the_page_counts_more_than_the_step():
    assert address(open_page("masks", lesson="week", step="1", layers="2"))["layers"] == "2"


def test_next_and_back_lead_to_the_states_of_their_steps_and_words_alone_leave_the_page():
    app = press(open_page("masks", lesson="week", step="1"), "lesson_next")
    assert address(app)["step"] == "2" and "Change it" in headers(app)
    assert not [e for e in app.get("html") if "masks_pad" in e.proto.body], "nothing is hidden there"
    run(app.slider(key="masks_layers").set_value(1))
    app = press(app, "lesson_next")
    assert address(app) == {"lesson": "week", "step": "3"} and "Only words" in headers(app), "the page stays as it is"
    app = press(app, "lesson_back")
    assert address(app) == {"layers": "3", "lesson": "week", "step": "2"}


def test_a_question_is_answered_once_and_then_explained():
    app = open_page("masks", lesson="week", step="1")
    assert buttons(app)["lesson_answer_week_1"].disabled, "nothing has been chosen"
    run(app.radio(key="lesson_guess_week_1").set_value("One"))
    app = press(app, "lesson_answer_week_1")
    assert "Not quite. The answer is: Two. One <b>is</b> wrong." in texts(app)
    assert services.classroom().lessons.passed(ME) == frozenset(), "its check has not been done"
    app = press(app, "lesson_check_week_1")
    assert any("257: 256 patches" in success.value for success in app.success)
    assert services.classroom().lessons.passed(ME) == {("week", 1)} and "passed now" in html_of(app, "lesson-progress")


def test_the_picture_waits_for_a_prediction_on_the_page_of_the_step_alone(monkeypatch):
    monkeypatch.setenv("LAB_PREDICT", "1")
    assert "lesson_show" not in buttons(open_page("went", lesson="week", step="3")), "nothing is asked there"
    app = open_page("masks", lesson="week", step="1")
    assert "lesson_show" in buttons(app)
    assert "lesson_show" not in buttons(press(app, "lesson_show"))
    app = open_page("masks", lesson="week", step="1")
    run(app.radio(key="lesson_guess_week_1").set_value("Two"))
    assert "lesson_show" not in buttons(press(app, "lesson_answer_week_1"))
    monkeypatch.setenv("LAB_PREDICT", "0")
    assert "lesson_show" not in buttons(open_page("masks", lesson="week", step="1"))


def test_a_verdict_comes_by_itself_once_it_is_done():
    app = open_page("masks", lesson="week", step="2")
    assert "not done yet" not in texts(app), "nobody has asked"
    app = run(run(app.slider(key="masks_layers").set_value(2)))  # the second run is one that a browser asks for
    assert "You have done it." in [success.value for success in app.success]
    assert services.classroom().lessons.passed(ME) == {("week", 2)}


def test_a_number_is_typed_and_one_that_is_none_cannot_be_sent():
    app = open_page("patches", lesson="task-2-1", step="1")
    assert buttons(app)["lesson_answer_task-2-1_1"].disabled
    run(app.number_input(key="lesson_guess_task-2-1_1").set_value(256.0))
    app = press(app, "lesson_answer_task-2-1_1")
    assert "Not quite. The answer is: 257 tokens." in texts(app)


def test_a_measurement_that_finds_something_else_passes_nothing(monkeypatch):
    lookups.measured.clear()
    row = lookups.MEASUREMENTS["tokens"]
    monkeypatch.setitem(lookups.MEASUREMENTS, "tokens", type(row)(claim=row.claim, because="So {n}.", measure=lambda: truth(256.0)))
    app = press(open_page("masks", lesson="week", step="1"), "lesson_check_week_1")
    lookups.measured.clear()
    assert "This was not found" in texts(app) and not app.success


def truth(answer):
    from core.classroom.questions.question import Truth

    return Truth(answer, {"n": "256"})


def test_what_is_set_on_the_page_is_noticed():
    app = press(open_page("masks", lesson="week", step="2"), "lesson_check_week_2")
    assert "not done yet" in texts(app)
    run(app.slider(key="masks_layers").set_value(2))
    app = press(app, "lesson_check_week_2")
    assert "You have done it." in [success.value for success in app.success]
    assert services.classroom().lessons.passed(ME) == {("week", 2)}


def test_a_run_of_ones_own_is_waited_for(monkeypatch):
    runs = []
    monkeypatch.setattr(services.manager(), "runs", lambda: runs)
    app = press(open_page("went", lesson="week", step="4"), "lesson_check_week_4")
    assert "You have no such run yet" in texts(app)
    for best, words in ((0.4, "Your best run so far has reached 40.0 %."), (0.6, "Your run has reached 60.0 %.")):
        runs.append(
            RunSummary(
                run_id=f"r{best}", status="stopped", message="", config={"model": "gru"}, owner=ME, created=0.0, epochs_done=1,
                best_epoch=0, best_val_top1=best, test_top1=math.nan,
            )
        )  # fmt: skip
        app = press(app, "lesson_check_week_4")
        assert words in texts(app) + " ".join(success.value for success in app.success)


def test_a_lesson_is_done_at_its_last_step_when_all_of_it_is_passed():
    lessons = services.classroom().lessons
    lessons.take(ME, [("week", number) for number in (1, 2, 4)])
    app = open_page("went", lesson="week", step="4")
    assert "You have done this lesson." in [success.value for success in app.success] and lessons.done(ME) == ("week",)
    assert buttons(app)["lesson_next"].disabled


def test_a_lesson_can_be_left():
    app = press(open_page("masks", lesson="week", step="1"), "lesson_leave")
    assert "Shuffle" not in headers(app) and address(app) == {"layers": "3"}


def test_nonsense_in_a_link_opens_no_lesson():
    app = open_page("masks", lesson="weak", step="1")
    assert "The lab has no lesson" in texts(app)
    assert "lesson_next" not in buttons(app) and address(app) == {}
    for step in ("0", "x", "-3", "1" * 400):
        assert "Shuffle" in headers(open_page("masks", lesson="week", step=step)), step
    assert "Train" in headers(open_page("went", lesson="week", step="99")), "the last one"


def test_text_of_a_lesson_is_harmless():
    from core.lessons.text import blocks_of

    made = text_html(blocks_of("**<script>x</script>** a\n\n- b <img src=x>\n- `c`"))
    assert "<script>" not in made and "<img" not in made and "<strong>&lt;script&gt;" in made and "<li><code>c</code></li>" in made


# ---- in a class ----


def test_the_instructor_asks_the_class_and_a_student_cannot(monkeypatch):
    services.open_class("secret")
    room = services.classroom()
    room.people.join(ME, code=room.people.code, name="Anna")
    app = open_page("masks", lesson="week", step="1")
    assert visitor.role() == STUDENT and "lesson_ask" not in buttons(app)
    monkeypatch.setattr(visitor, "role", lambda: INSTRUCTOR)
    app = press(open_page("masks", lesson="week", step="1"), "lesson_ask")
    assert room.polls.now.question.id == "week.1" and address(app) == {"lesson": "week", "step": "1"}
    assert [title.value for title in app.title] == ["Vote"]


def test_while_the_class_votes_on_a_question_its_answer_is_not_told():
    services.open_class("secret")
    room = services.classroom()
    room.people.join(ME, code=room.people.code, name="Anna")
    room.polls.open("week.1")
    app = open_page("masks", lesson="week", step="1")
    assert "Your class votes on this question now" in texts(app) and "lesson_answer_week_1" not in buttons(app)


def test_a_second_question_is_not_put_while_one_is_open(monkeypatch):
    services.open_class("secret")
    services.classroom().polls.open("week.1")
    monkeypatch.setattr(visitor, "role", lambda: INSTRUCTOR)
    app = press(open_page("masks", lesson="week", step="1"), "lesson_ask")
    assert "A question is open already" in texts(app)


def test_who_follows_the_instructor_comes_along_into_a_lesson_and_out_of_it():
    services.open_class("secret")
    room = services.classroom()
    room.people.join(ME, code=room.people.code, name="Anna")
    room.leading.begin("theirs")
    room.leading.show("theirs", "masks", {"layers": "2", "lesson": "week", "step": "2"})
    app = open_page("went")
    assert address(app) == {"layers": "2", "lesson": "week", "step": "2"} and "Change it" in headers(app)
    room.leading.show("theirs", "went", {})
    app = run(app)
    assert address(app) == {} and "Change it" not in headers(app)
