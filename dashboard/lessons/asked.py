"""The question of a step, which is answered before one looks, and its check: a measurement, a run, or what was set on the page."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.classroom.poll import REVEAL
from core.classroom.questions.answers import ChoiceAnswer
from core.classroom.questions.question import Question
from core.classroom.rights import Act
from core.home import number_setting
from core.lessons.checks import ByDoing, ByMeasurement, ByOwnRun
from core.lessons.lesson import LessonStep
from core.lessons.measurements.table import MEASUREMENTS
from dashboard.kit.wording import marked
from dashboard.lessons.lookups import measured, truth_of
from dashboard.lessons.view import DONE, asked_words, not_yet_words
from dashboard.navigation import PAGES, Page
from dashboard.shell import beside, services, show, state, visitor
from dashboard.shell.choices import Choice, Kept
from dashboard.shell.page import fragment

LOOK_SECONDS = 2.0  # how often somebody is asked whether it is done
WAIT = "Your class votes on this question now: answer it on the page Vote."


@dataclass(frozen=True)
class Reply:
    """What came of a question or a check: whether it was right, and the sentence on it."""

    right: bool
    sentence: str


def _kept(step: LessonStep, what: str) -> Kept:
    return Kept("lesson", f"{what}:{step.lesson}:{step.number}")


def passed(step: LessonStep) -> bool:
    """Whether somebody has answered the question of a step in this session, and its check holds."""
    checked = _kept(step, "check").value
    return (not step.question or _kept(step, "reply").value is not None) and (not step.check or (checked is not None and checked.right))


# ---- the question ----


def covers(step: LessonStep) -> bool:
    """Whether the picture of the page is to wait until the question of a step is answered, or nobody wants to predict."""
    waits = step.question is not None and _kept(step, "reply").value is None and not _voted_on(step.question)
    return waits and not _kept(step, "shown").value and bool(number_setting("LAB_PREDICT", 1))


def question_box(step: LessonStep, question: Question, page: Page) -> None:
    """Ask, and once it is answered say what is right and why. On the page of the step its picture is covered meanwhile."""
    kept = _kept(step, "reply")
    if kept.value is None and _voted_on(question):
        show.info(WAIT)
        return
    answer = question.answer.read(_drawn(step, question))
    if st.button("Answer", key=f"lesson_answer_{step.lesson}_{step.number}", disabled=answer is None or kept.value is not None):
        kept.keep(_reply(question, answer))
        st.rerun()
    if page.url_path == step.page and covers(step):
        with st.container(key="lesson_covers"):
            more = {"help": "Shows the picture without a prediction.", "on_click": lambda: _kept(step, "shown").keep(True)}
            st.button("Show me", key="lesson_show", type="tertiary", **more)
    if reply := kept.value:
        (show.success if reply.right else show.info)(reply.sentence)


def _drawn(step: LessonStep, question: Question) -> object:
    name = f"guess_{step.lesson}_{step.number}"
    if isinstance(question.answer, ChoiceAnswer):
        choice = Choice("lesson", name, tuple(question.answer.options), first=None, in_link=False)
        return choice.radio(question.text, format_func=question.answer.options.get)
    choice = Choice("lesson", name, first=None, in_link=False)
    low, high, step_size = map(float, (question.answer.low, question.answer.high, question.answer.step))
    unit = f" ({question.answer.unit})" if question.answer.unit else ""
    return choice.number_input(f"{question.text}{unit}", min_value=low, max_value=high, step=step_size, format="%g")


def _reply(question: Question, answer: object) -> Reply:
    visitor.require(Act.LOOK)
    with st.spinner("Measuring…"):
        truth = truth_of(question)
    near = getattr(question.answer, "near", 0.0)
    right = question.answer.apart(answer, truth.answer) <= near
    words, reason = question.answer.words(truth.answer).rstrip("."), question.reason(truth)
    return Reply(right, marked("Correct: {}. {}", words, reason) if right else marked("Not quite. The answer is: {}. {}", words, reason))


def _voted_on(question: Question) -> bool:
    """Whether a class votes on a question now, so that nobody may see its answer."""
    if not services.class_is_open():
        return False
    poll = services.classroom().polls.now
    return poll is not None and poll.question.id == question.id and poll.phase != REVEAL


# ---- the check ----


def check_box(step: LessonStep, page: Page) -> None:
    """A button that checks, what is to be done, and the verdict."""
    check, kept = step.check, _kept(step, "check")
    if words := asked_words(check):
        show.caption(words)
    if not isinstance(check, ByMeasurement) and not (kept.value and kept.value.right):
        kept.keep(_looked_at(step, page))
    if isinstance(check, ByMeasurement) or kept.value.right:
        _verdict(step, page)
    else:  # it is looked at again and again, so that the verdict comes by itself
        fragment(_watched, run_every=LOOK_SECONDS)(step, page)


def _watched(step: LessonStep, page: Page) -> None:
    kept = _kept(step, "check")
    kept.keep(_looked_at(step, page))
    if kept.value.right:
        st.rerun()  # all of the column: how far one is stands above
    _verdict(step, page)


def _verdict(step: LessonStep, page: Page) -> None:
    """The button, and what came of the check."""
    check, kept = step.check, _kept(step, "check")
    label = "Measure it" if isinstance(check, ByMeasurement) else "Check"
    pressed = st.button(show.label(label), key=f"lesson_check_{step.lesson}_{step.number}", icon=":material/fact_check:")
    if pressed and isinstance(check, ByMeasurement):
        kept.keep(_measure(check))
        st.rerun()
    wanted = _kept(step, "wanted")  # what is still missing is told once somebody has asked, and stays until it is done
    wanted.keep(wanted.value or pressed)
    if kept.value and (kept.value.right or wanted.value or isinstance(check, ByMeasurement)):
        (show.success if kept.value.right else show.info)(kept.value.sentence)


def _measure(check: ByMeasurement) -> Reply:
    visitor.require(Act.START)
    with st.spinner("Measuring…"):
        truth = measured(check.measurement)
    row, holds = MEASUREMENTS[check.measurement], check.condition.holds(truth.answer)
    told = marked("{} {}", row.claim, row.told(truth))
    return Reply(holds, told if holds else marked("This was not found: {}", told))


def _looked_at(step: LessonStep, page: Page) -> Reply:
    """Whether what is to be done on a page, or with a run, is done."""
    check = step.check
    if isinstance(check, ByDoing):
        elsewhere = "" if check.page == page.url_path else next(one.title for one in PAGES if one.url_path == check.page)
        done = check.done(page.url_path, beside.without(state.page()))
        return Reply(done, DONE if done else not_yet_words(check, None, elsewhere))
    assert isinstance(check, ByOwnRun)
    runs = services.manager().runs()
    reached = check.reached(runs, visitor.owner())
    if reached:
        return Reply(True, f"Your run has reached {100 * reached.best_val_top1:.1f} %.")
    return Reply(False, not_yet_words(check, check.best(runs, visitor.owner()), ""))
