"""The answer to the page's prediction: the recorded runs of each size say where their vector gives up."""

from __future__ import annotations

from core.evaluation.sequences.contests import HIDDEN_SIZES, contender
from core.evaluation.sequences.long_inputs import recorded_of
from dashboard.about import Answer
from pages.versus.about import ABOUT
from pages.versus.controls import TASK
from pages.versus.view import gives_up_words

BANDS = ABOUT.prediction.choices


def answer() -> Answer:
    """Where a vector of four times as many numbers gives up, from what is recorded."""
    records = {size: recorded_of(contender("fixed", TASK.first, hidden=size)) for size in HIDDEN_SIZES}
    curves = {size: row.found.curve for size, row in records.items() if row}
    ways = " · ".join(f"H = {size}: {gives_up_words(curve, 'letters')}" for size, curve in curves.items())
    largest = curves[HIDDEN_SIZES[-1]]
    return Answer(
        choice=band(largest.gives_up(), largest.longest),
        because=f"Recorded runs: {ways}. A larger vector only moves the limit: its size stays fixed, however long the word is.",
    )


def band(at: int | None, longest: int) -> str:
    """The answer in which a length falls."""
    if at is None or at > longest:
        return BANDS[3]
    return BANDS[0] if at <= 4 else BANDS[1] if at <= 8 else BANDS[2]
