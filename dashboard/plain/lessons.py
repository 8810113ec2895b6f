"""Lessons as plain pages: their text, their questions with the answers folded, and what their checks have measured."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from core.classroom.questions.answers import ChoiceAnswer
from core.classroom.questions.question import PARTS, Question, Truth
from core.lessons.checks import ByMeasurement, LessonCheck
from core.lessons.lesson import Lesson, LessonStep
from core.lessons.measurements.table import MEASUREMENTS
from core.lessons.text import plain_text
from dashboard.kit.wording import escape
from dashboard.lessons.view import asked_words, text_html
from dashboard.navigation import PAGES
from dashboard.plain.frame import folded_html

LECTURES, OTHERS = "Lectures", "Other lessons"


def list_html(lessons: Mapping[str, Lesson]) -> str:
    """The body of the page with all lessons, by parts of the unit."""
    found: dict[str, list[Lesson]] = {LECTURES: [], **{title: [] for title in PARTS}, OTHERS: []}
    for lesson in lessons.values():
        found[LECTURES if lesson.taken_from else OTHERS if lesson.part is None else PARTS[lesson.part]].append(lesson)
    parts = "".join(f"<h2>{escape(title)}</h2><ul class=cards>{''.join(map(_row, some))}</ul>" for title, some in found.items() if some)
    return f"<p>In the lab a lesson stands beside the pages that it leads to. Here you can read it, and see what was measured.</p>{parts}"


def _row(lesson: Lesson) -> str:
    return (
        f'<li><h3><a href="lessons/{escape(lesson.name)}.html">{escape(lesson.title)}</a></h3><p class=small>{lesson.minutes} minutes, '
        f"{len(lesson.steps)} step{'s' * (len(lesson.steps) != 1)}</p><p>{escape(plain_text(lesson.about))}</p></li>"
    )


def lesson_html(lesson: Lesson) -> str:
    """The body of the page of one lesson."""
    steps = "".join(_step(number, step) for number, step in enumerate(lesson.steps, 1))
    return f"<p class=small>{lesson.minutes} minutes</p>{text_html(lesson.about)}{steps}"


def _step(number: int, step: LessonStep) -> str:
    page = next((page.title for page in PAGES if page.url_path == step.page), "")
    where = f"<p class=small>In the lab: the page “{escape(page)}”.</p>" if page else ""
    asked = _question(step.question) if step.question else ""
    checked = _check(step.check) if step.check else ""
    return f"<section><h2>{number}. {escape(step.title)}</h2>{where}{text_html(step.text)}{asked}{checked}</section>"


@cache
def measured(name: str) -> Truth:
    """What a row of `MEASUREMENTS` measures, within a few seconds."""
    return MEASUREMENTS[name].measure()


def truth_of(question: Question) -> Truth:
    """What is right of a question that a probe decides."""
    return measured(question.id) if question.id in MEASUREMENTS else question.decides.measure()


def _question(question: Question) -> str:
    truth = truth_of(question)
    options = question.answer.options.values() if isinstance(question.answer, ChoiceAnswer) else ()
    listed = f"<ul>{''.join(f'<li>{escape(option)}</li>' for option in options)}</ul>" if options else ""
    right = f"{question.answer.words(truth.answer).rstrip('.')}. {question.reason(truth)}"
    return (
        f"<div class=ask><p><b>Predict.</b> {escape(question.text)}</p>{listed}{folded_html('The answer', f'<p>{escape(right)}</p>')}</div>"
    )


def _check(check: LessonCheck) -> str:
    """What a measurement has found, or what is to be done in the lab."""
    if not isinstance(check, ByMeasurement):
        words = asked_words(check)
        return f"<p class=small>In the lab: {escape(words)}</p>" if words else ""
    row, truth = MEASUREMENTS[check.measurement], measured(check.measurement)
    held = "" if check.condition.holds(truth.answer) else "This was not found: "
    return folded_html("What was measured for this copy", f"<p>{escape(f'{held}{row.claim} {row.told(truth)}')}</p>")
