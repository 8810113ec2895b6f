"""The controls of the page Lessons: which part of the unit is shown, and the lesson whose link is given away."""

from __future__ import annotations

from collections.abc import Mapping

from core.classroom.questions.question import PARTS
from core.lessons.lesson import Lesson
from dashboard.shell.choices import Choice

ALL = "all"
NAMES = {ALL: "All of it", **{str(number): title for number, title in enumerate(PARTS)}}
PART = Choice("lessons", "part", tuple(NAMES), first=ALL)
GIVEN = Choice("lessons", "given", in_link=False)


def choose_part() -> str:
    """The part of the unit: its number as text, or `ALL`."""
    return PART.segmented("Part of the unit", format_func=NAMES.get)


def choose_given(lessons: Mapping[str, Lesson]) -> Lesson:
    """The lesson to which a link is given away."""
    return lessons[GIVEN.among(tuple(lessons)).selectbox("A link to", format_func=lambda name: lessons[name].title)]
