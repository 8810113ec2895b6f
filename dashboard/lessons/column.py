"""The column of a lesson beside a page: its text, its question, its check, how far one is, and the way on."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import streamlit as st

from core.classroom.rights import Act
from core.lessons.lesson import Lesson, LessonStep
from core.text import quoted
from dashboard.lessons.asked import check_box, passed, question_box
from dashboard.lessons.lookups import all_lessons
from dashboard.lessons.view import hidden_css, progress_html, text_html
from dashboard.navigation import PAGES, Page
from dashboard.shell import beside, services, show, state, visitor
from dashboard.shell.notices import said_above
from dashboard.shell.opening import Places
from dashboard.shell.prediction import skip

STYLE = Path(__file__).with_name("column.css")
HOME = "lessons"  # the page with all of them


def arrive_at_lesson(page: Page, places: Places) -> None:
    """Stand where the step of a lesson leads that a link names: on its page, and in its state unless the link says another one.

    To be called before a page is drawn, which another one may take the place of.
    """
    before = beside.beside()
    if not beside.arrives():
        return
    said, step = beside.without(state.page()), _step()
    if step and step.page in places and (page.url_path != step.page or (step.state and not said)):
        _open(places, step)
    if before:  # the browser went back: what its address says is set up again
        state.go_to(places[page.url_path], said)


def lesson_column(page: Page, places: Places) -> None:
    """Draw the column of the lesson that this session is in; nothing without one."""
    here = beside.beside()
    lesson = _lesson()
    if here is None or lesson is None:
        if here:
            beside.clear()
            state.say(f"The lab has no lesson {quoted(here.lesson)} (any more): choose one on the page Lessons.")
        return
    step = _step()
    st.html(STYLE)
    if step.hidden and page.url_path == step.page:
        st.html(hidden_css(step.hidden))
    with st.container(key="lesson"):
        _draw(page, places, lesson, min(here.step, len(lesson.steps)))


def _lesson() -> Lesson | None:
    here = beside.beside()
    return all_lessons().lessons.get(here.lesson) if here else None


def _step() -> LessonStep | None:
    """The step that this session is at; the last one for a number that is too high."""
    lesson = _lesson()
    return lesson.steps[min(beside.beside().step, len(lesson.steps)) - 1] if lesson else None


def _open(places: Places, step: LessonStep) -> NoReturn:
    skip(next(page for page in PAGES if page.url_path == step.page))
    state.go_to(places[step.page], step.state)


def _go(places: Places, lesson: Lesson, number: int) -> None:
    """Stand before a step, on its page and in its state; one without a page leaves the page as it is."""
    beside.put(lesson.name, number)
    step = lesson.steps[number - 1]
    if step.page in places:
        _open(places, step)
    beside.write()
    st.rerun()


def _draw(page: Page, places: Places, lesson: Lesson, number: int) -> None:
    step = lesson.steps[number - 1]
    show.caption(lesson.title)
    show.header(step.title)
    done = _note(lesson, step)
    st.html(progress_html(lesson, number, done))
    if number == 1 and lesson.about:
        st.html(text_html(lesson.about))
    st.html(text_html(step.text))
    if step.page in places and step.page != page.url_path and st.button("Go to the page of this step", key="lesson_here"):
        _open(places, step)
    if step.question:
        question_box(step, step.question, page)
        _ask_class(places, step)
    if step.check:
        check_box(step, page)
    done = _note(lesson, step)
    if lesson.passed(done) and number == len(lesson.steps):
        show.success("You have done this lesson.")
    _ways(places, lesson, number)


def _ways(places: Places, lesson: Lesson, number: int) -> None:
    """Back, on, and out."""
    with st.container(horizontal=True, key="lesson_ways"):
        if st.button("Back", key="lesson_back", icon=":material/arrow_back:", disabled=number == 1):
            _go(places, lesson, number - 1)
        last = number == len(lesson.steps)
        if st.button("Next", key="lesson_next", type="primary", icon=":material/arrow_forward:", icon_position="right", disabled=last):
            _go(places, lesson, number + 1)
    if st.button("Leave this lesson", key="lesson_leave", type="tertiary"):
        beside.clear()
        if HOME in places and number == len(lesson.steps):
            state.go_to(places[HOME], {})
        st.rerun()


def _note(lesson: Lesson, step: LessonStep) -> frozenset[tuple[str, int]]:
    """Note what has been passed; returns all that this person has passed."""
    done, me = services.classroom().lessons, visitor.owner()
    if step.asks and passed(step):
        done.take(me, [(step.lesson, step.number)])
    found = done.passed(me)
    if lesson.passed(found) and step == lesson.steps[-1]:
        done.finish(me, lesson.name)
    return found


def _ask_class(places: Places, step: LessonStep) -> None:
    """Let the instructor of a class put the question of a step to all as a vote."""
    if not services.class_is_open() or not visitor.may(Act.ASK):
        return
    help = "Opens the question as a vote of the class. The lesson stays beside the page Vote."
    if st.button("Ask the class", key="lesson_ask", icon=":material/campaign:", help=show.label(help)):
        _put(step)
        state.go_to(places["vote"], {})


def _put(step: LessonStep) -> None:
    with said_above():
        visitor.require(Act.ASK)
        services.classroom().polls.open(step.question.id)
