"""All measurements: those behind the questions for a class that a probe decides, by their names, and those of this folder."""

from __future__ import annotations

from core.classroom.questions.answers import ChoiceAnswer
from core.classroom.questions.question import ByProbe, Question
from core.classroom.questions.table import QUESTIONS
from core.lessons.measurements import attention, encoder_decoder, images, recurrence
from core.lessons.measurements.measurement import Measurement


def _of_question(question: Question) -> Measurement:
    options = tuple(question.answer.options) if isinstance(question.answer, ChoiceAnswer) else ()
    decides = question.decides
    return Measurement(claim=question.claim, measure=decides.measure, because=question.because, options=options, recorded=decides.recorded)


MEASUREMENTS: dict[str, Measurement] = {
    **{name: _of_question(question) for name, question in QUESTIONS.items() if isinstance(question.decides, ByProbe)},
    **recurrence.MEASUREMENTS,
    **images.MEASUREMENTS,
    **attention.MEASUREMENTS,
    **encoder_decoder.MEASUREMENTS,
}
