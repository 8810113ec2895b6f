"""All questions for a class, in the order of the unit."""

from __future__ import annotations

from core.classroom.questions import attention, encoder_decoder, images, recurrence
from core.classroom.questions.question import Question
from core.errors import unknown

QUESTIONS: dict[str, Question] = {
    question.id: question for part in (recurrence, images, attention, encoder_decoder) for question in part.QUESTIONS
}


def question_named(name: str) -> Question:
    """The row of `QUESTIONS`; raises ConfigError with the nearest match if there is none."""
    if name not in QUESTIONS:
        raise unknown("question", name, QUESTIONS)
    return QUESTIONS[name]
