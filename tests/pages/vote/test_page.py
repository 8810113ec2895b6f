"""The page Vote through all phases, alone at home, and as instructor and student of a class; and what a student's page is sent before the
reveal.
"""

import json
import re

import pytest

from core.classroom import people as members
from core.classroom.pace import Pace
from core.classroom.poll import AGAIN, DISCUSS, EXPERIMENT, PREDICT, REVEAL
from core.classroom.questions.question import Truth
from core.classroom.questions.table import QUESTIONS
from dashboard.shell import services, visitor
from dashboard.training import background
from tests.pages.support import html_of, message_to, open_page, press, run, wait_for_lessons

MASK = Truth("zero", {"change": "0", "without": "0.13"})
STEPS = {PREDICT: DISCUSS, DISCUSS: EXPERIMENT, EXPERIMENT: AGAIN, AGAIN: REVEAL}


def asked(app, name):
    """The page after a question has been put."""
    return press(run(app.selectbox(key="vote_question").select(name)), "vote_open")


def voted(app, poll, round, answer, reason=""):
    run(app.radio(key=f"vote_answer_{poll}_{round}").set_value(answer))
    run(app.text_input(key=f"vote_reason_{poll}_{round}").set_value(reason))
    return press(app, f"vote_send_{poll}_{round}")


def keys(app):
    return {button.key for button in app.button}


def said(app):
    return [element.value for kind in ("warning", "error") for element in getattr(app, kind)]


def test_alone_at_home_the_one_user_asks_votes_measures_and_reveals():
    app = asked(open_page("vote"), "mask")
    app = voted(app, 1, 1, "small", "rounding")
    assert services.classroom().polls.view(visitor_of(app))["own"][1] == {"answer": "small", "reason": "rounding"}
    app = press(press(app, "vote_next_1_predict"), "vote_next_1_discuss")
    assert "vote_send_1_1" not in keys(app) and "vote_measure_1" in keys(app)
    press(app, "vote_measure_1")
    wait_for_lessons()
    app = press(run(app), "vote_next_1_experiment")
    app = press(voted(app, 1, 2, "zero"), "vote_next_1_again")
    assert "Not at all: by exactly 0" in html_of(app, '<p class="vote-truth">')
    outcome = html_of(app, '<p class="vote-because">')
    assert "It moves by 0:" in outcome and "1 changed to what was measured, 0 away from it, of 1" in outcome
    assert "vote_open" in keys(press(app, "vote_close_1")) and said(app) == []


def visitor_of(app):
    """The person of a page: without a cookie its session."""
    return app.session_state["session"]


@pytest.fixture
def people(monkeypatch):
    """A class with an instructor and three students. Each page is opened as one of them: `people("ann")`."""
    for name in ("TRIES", "TRIES_OF_ALL"):
        monkeypatch.setattr(members, name, Pace(10**6, 1.0))  # the tests of a minute join more often than a class
    services.open_class("secret")
    room = services.classroom()
    room.let_instruct("boss")
    for person in ("ann", "bea", "cid"):
        room.people.join(person, code=room.people.code, name=f"{person.capitalize()} Realname")

    def be(person):
        monkeypatch.setattr(visitor, "owner", lambda: person)
        return open_page("vote")

    return be


def as_(monkeypatch, person):
    monkeypatch.setattr(visitor, "owner", lambda: person)


def test_a_class_from_the_question_to_the_reveal(people, monkeypatch):
    polls = services.classroom().polls
    student = people("ann")
    assert "vote_open" not in keys(student) and any("No question is open" in info.value for info in student.info)
    boss = asked(people("boss"), "mask")
    as_(monkeypatch, "ann")
    student = voted(run(student), 1, 1, "small", "<b>rounding</b>")
    assert not {key for key in keys(student) if key.startswith(("vote_next", "vote_close", "vote_measure"))}
    polls.answer("bea", 1, 1, "zero", "masks are exact")
    as_(monkeypatch, "boss")
    boss = run(boss)
    assert any("2 have answered" in caption.value for caption in boss.caption)
    boss = press(boss, "vote_next_1_predict")
    as_(monkeypatch, "ann")
    student = run(student)
    assert services.classroom().people.pseudonym("bea") in student.info[0].value
    assert any("masks are exact" in text.value for text in student.markdown)
    as_(monkeypatch, "boss")
    press(press(boss, "vote_next_1_discuss"), "vote_measure_1")
    wait_for_lessons()
    boss = press(run(boss), "vote_next_1_experiment")
    as_(monkeypatch, "ann")
    student = voted(run(student), 1, 2, "zero")
    as_(monkeypatch, "boss")
    boss = press(boss, "vote_next_1_again")
    as_(monkeypatch, "ann")
    assert "It moves by 0:" in html_of(run(student), '<p class="vote-because">')
    assert said(boss) == said(student) == []


def test_a_student_leads_nothing_whatever_is_pressed(people, monkeypatch):
    """The buttons of the instructor's page, pressed by somebody who is no instructor any more."""
    boss = asked(people("boss"), "mask")
    as_(monkeypatch, "ann")
    for key in ("vote_next_1_predict", "vote_close_1"):
        boss.button(key=key).click()
        assert any("Only the instructor" in sentence for sentence in said(run(boss)))
        as_(monkeypatch, "boss")
        boss = run(boss)
        as_(monkeypatch, "ann")
    assert services.classroom().polls.now.phase == PREDICT


def test_an_answer_that_comes_after_its_phase_is_not_taken(people, monkeypatch):
    polls = services.classroom().polls
    polls.open("mask")
    student = people("ann")
    run(student.radio(key="vote_answer_1_1").set_value("small"))
    send = student.button(key="vote_send_1_1")
    polls.advance(1, DISCUSS)  # between the page's drawing and the press
    send.click()
    assert any("No answers are taken" in sentence for sentence in said(run(student)))
    assert polls.view("ann")["own"] == {}


def test_the_button_of_an_old_page_does_not_skip_a_phase(people):
    boss = asked(people("boss"), "mask")
    services.classroom().polls.advance(1, DISCUSS)
    boss.button(key="vote_next_1_predict").click()
    assert any("never go back" in sentence for sentence in said(run(boss)))
    assert services.classroom().polls.now.phase == DISCUSS


def bytes_of(app):
    """All that a page was sent: every element with everything in it."""
    return "\n".join(str(getattr(element, "proto", "")) for element in app.main)


@pytest.mark.parametrize("phase", [PREDICT, DISCUSS, EXPERIMENT, AGAIN])
def test_before_the_reveal_a_students_page_holds_no_counts_and_nobodys_answer(people, monkeypatch, phase):
    """Other answers are given in two ways: all bytes of the page must be the same, so that nothing in them depends on what others chose."""
    polls = services.classroom().polls
    seen = []
    for others in (("zero", "zero", "large"), ("large", "large", "zero")):
        poll = polls.open("mask").id
        polls.answer("ann", poll, 1, "small")
        for person, answer in zip(("bea", "cid", "boss"), others, strict=True):
            polls.answer(person, poll, 1, answer)
        while polls.now.phase != phase:
            polls.advance(poll, STEPS[polls.now.phase])
        if phase == AGAIN:
            for person, answer in zip(("bea", "cid"), others, strict=False):
                polls.answer(person, poll, 2, answer)
            polls.settle(poll, MASK)
        if phase == DISCUSS:
            monkeypatch.setattr(polls, "_pseudonym", lambda person: "Somebody Else")  # with whom may differ
        seen.append(bytes_of(people("ann")))
        polls.advance(poll, "closed")
    first, second = (without_sessions(text) for text in seen)
    assert first == second and len(first) > 1000
    assert "Realname" not in first and "vote-truth" not in first


def without_sessions(text):
    """A page without what every page has of its own: its session, and number and version of the poll."""
    return re.sub(r"[0-9a-f]{32}|\b\d{9,}\b|(?<=vote)(?:_[a-z]+)+_\d+", "", text)


def test_a_curve_is_drawn_on_the_board_and_a_run_decides(people, monkeypatch):
    polls = services.classroom().polls
    polls.open("learning-curve")
    student = people("ann")
    message = message_to(student, "pages/vote/board")
    assert message["kind"] == "curve" and message["x"] == list(range(1, 9)) and message["outcome"] is None and not message["locked"]
    polls.answer("ann", 1, 1, [10.0] * 8)
    polls.answer("bea", 1, 1, [20.0] * 8)
    for phase in (DISCUSS, EXPERIMENT):
        polls.advance(1, phase)
    as_(monkeypatch, "boss")
    boss = open_page("vote")
    for name, value in (("train_fraction", 0.02), ("patch_size", 16)):
        monkeypatch.setitem(QUESTIONS["learning-curve"].decides.config, name, value)
    press(boss, "vote_train_1_0")
    (deciding,) = polls.now.runs
    assert services.run(deciding.run).config["patch_size"] == 16 and services.manager().owner(deciding.run) == "boss"
    polls.advance(1, AGAIN)
    services.manager().wait(deciding.run)
    boss = press(run(boss), "vote_next_1_again")
    assert polls.now.phase == REVEAL and said(boss) == []
    truth = [100 * epoch.val_top1 for epoch in services.run(deciding.run).epochs]
    as_(monkeypatch, "ann")
    message = message_to(open_page("vote"), "pages/vote/board")
    assert message["outcome"]["truth"] == pytest.approx(truth, abs=1e-3)
    assert message["outcome"]["before"]["counts"] == [[12.5] * 8, [15.0] * 8, [17.5] * 8] and message["draft"] == [10.0] * 8


def test_nothing_is_revealed_before_the_run_has_finished(people):
    polls = services.classroom().polls
    polls.open("learning-curve")
    for phase in (DISCUSS, EXPERIMENT, AGAIN):
        polls.advance(1, phase)
    boss = press(people("boss"), "vote_next_1_again")
    assert any("has not finished yet" in sentence for sentence in said(boss)) and polls.now.phase == AGAIN


def test_each_trains_a_variant_and_all_of_them_decide(people, monkeypatch):
    polls = services.classroom().polls
    polls.open("learning-rate")
    for phase in (DISCUSS, EXPERIMENT):
        polls.advance(1, phase)
    for variant in QUESTIONS["learning-rate"].decides.variants:
        monkeypatch.setitem(variant.config, "train_fraction", 0.02)
    for person in ("ann", "bea", "cid"):
        press(people(person), "vote_variant_1_0")
    rates = [services.run(one.run).config["lr"] for one in polls.now.runs]
    assert rates == [variant.config["lr"] for variant in QUESTIONS["learning-rate"].decides.variants[:3]]
    assert [services.manager().owner(one.run) for one in polls.now.runs] == ["ann", "bea", "cid"]
    for one in polls.now.runs:
        services.manager().wait(one.run)
    polls.advance(1, AGAIN)
    boss = press(people("boss"), "vote_next_1_again")
    assert polls.now.phase == REVEAL and said(boss) == []
    means = {name: services.run(one.run).best.val_top1 for name, one in zip(("0.0001", "0.001", "0.01"), polls.now.runs, strict=True)}
    assert polls.now.truth.answer == max(means, key=means.get)


@pytest.mark.parametrize("name", ["learning-curve", "most-confused"])
@pytest.mark.parametrize("value", [None, "x" * 10**5, [1] * 9, [[0, 1]], {"a": 1}, [1e400] * 8, [True, False]])
def test_what_a_hostile_board_sends_is_no_answer(people, monkeypatch, name, value):
    polls = services.classroom().polls
    polls.open(name)
    student = people("ann")
    student.session_state["vote_board_1_1"] = {"answer": value}
    assert any("no answer to the question" in sentence for sentence in said(press(student, "vote_send_1_1")))
    assert polls.view("ann")["own"] == {}


def test_a_failed_measurement_says_why_and_can_be_made_again(people, monkeypatch):
    polls = services.classroom().polls
    polls.open("mask")
    for phase in (DISCUSS, EXPERIMENT):
        polls.advance(1, phase)

    def fail():
        raise RuntimeError("broken")

    probe = QUESTIONS["mask"].decides
    monkeypatch.setattr(type(probe), "measure", property(lambda self: fail), raising=False)
    boss = people("boss")
    press(boss, "vote_measure_1")
    wait_for_lessons()
    assert "vote_measure_1" in keys(run(boss)) and polls.now.truth is None
    assert background.known("poll 1").problem in said(boss)
    assert json.dumps(polls.view("ann"))
