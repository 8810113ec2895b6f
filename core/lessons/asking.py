"""Questions by name: those of the table for a class, and those that a step of a lesson has of its own."""

from __future__ import annotations

from core.classroom.questions.question import Question
from core.classroom.questions.table import QUESTIONS, question_named
from core.lessons.shelf import shelf


def known_question(name: str) -> Question | None:
    """The question of a name; None where neither the table nor a lesson has it (any more)."""
    if name in QUESTIONS:
        return QUESTIONS[name]
    lesson = shelf().lessons.get(name.partition(".")[0])
    steps = lesson.steps if lesson and not lesson.taken_from else ()
    return next((step.question for step in steps if step.question and step.question.id == name), None)


def asked_question(name: str) -> Question:
    """The same; raises ConfigError with the nearest match if there is none."""
    return known_question(name) or question_named(name)
