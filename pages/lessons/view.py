"""The lists of lessons as HTML, and which lessons stand in which."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import urlencode

from core.classroom.questions.question import PARTS
from core.lessons.lesson import Lesson
from core.lessons.text import plain_text
from dashboard.kit.wording import escape

TOUR = "tour"
LECTURES, OTHERS = "Lectures", "Other lessons"


def lists_of(lessons: Mapping[str, Lesson], part: int | None) -> dict[str, list[Lesson]]:
    """All lessons in lists by their titles: lectures, the parts of the unit, and others. With a `part` of the unit that one alone."""
    found: dict[str, list[Lesson]] = {LECTURES: [], **{title: [] for title in PARTS}, OTHERS: []}
    for lesson in lessons.values():
        if lesson.name != TOUR:
            title = LECTURES if lesson.taken_from else OTHERS if lesson.part is None else PARTS[lesson.part]
            found[title].append(lesson)
    return {title: some for title, some in found.items() if some and (part is None or title == PARTS[part])}


def link_of(lesson: Lesson) -> dict[str, str]:
    """What a link says that begins a lesson, on whatever page."""
    return {"lesson": lesson.name, "step": "1"}


def list_html(lessons: Collection[Lesson], passed: Collection[tuple[str, int]], done: Collection[str]) -> str:
    """Some lessons, each with its minutes, what it is about, and what of it has been passed."""
    rows = "".join(
        f'<li><a href="?{escape(urlencode(link_of(lesson)))}" target="_self">{escape(lesson.title)}</a> '
        f'<span class="lessons-facts">{escape(facts_of(lesson))}</span>{_state(state_of(lesson, passed, done))}'
        f"<p>{escape(plain_text(lesson.about))}</p></li>"
        for lesson in lessons
    )
    return f'<ul class="lessons-list">{rows}</ul>'


def facts_of(lesson: Lesson) -> str:
    """How long it takes, how many steps it has, and whose it is."""
    facts = [f"{lesson.minutes} minutes", f"{len(lesson.steps)} step{'s' * (len(lesson.steps) != 1)}"]
    return " · ".join([*facts, "of this lab’s instructor"] if lesson.own else facts)


def state_of(lesson: Lesson, passed: Collection[tuple[str, int]], done: Collection[str]) -> str:
    """What somebody has done of a lesson: "done", or how many of the steps that ask for something are passed; "" for nothing."""
    if lesson.name in done:
        return "done"
    some = len(lesson.to_do & {*passed})
    return f"{some} of {len(lesson.to_do)} tasks passed" if some else ""


def _state(words: str) -> str:
    return f' <span class="lessons-state">{"✓ " * (words == "done")}{words}</span>' if words else ""
