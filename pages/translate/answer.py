"""The answer to the page's prediction: what the decoder reads most while it writes each part of a date."""

from __future__ import annotations

from dashboard.about import Answer
from dashboard.runs.opened import seq2seq_runs
from pages.translate.about import ABOUT
from pages.translate.controls import ALPHA, HOW, SEED, TASK, TEMPERATURE, WIDTH, TranslateChoices, first_recorded
from pages.translate.panels import find

TEXT = "march 3rd, 1999"  # of the question
READ = {"month": slice(0, 5), "day": slice(6, 9), "year": slice(11, 15)}  # letters of the input
WRITTEN = {"year": slice(0, 4), "month": slice(5, 7), "day": slice(8, 10)}  # letters of the output
AS_READ, AS_WRITTEN, ALIKE = ABOUT.prediction.choices


def answer() -> Answer:
    """In which order the recorded run looks at its input: last layer, mean of its heads."""
    runs = seq2seq_runs(TASK.first)
    run = runs[first_recorded(runs)]
    first = {choice.name: choice.first for choice in (HOW, WIDTH, ALPHA, TEMPERATURE, SEED)}
    translation = find(TranslateChoices(task=TASK.first, run=run, epoch=run.best, text=TEXT, **first))
    weights = translation.written.alignment  # (T, S)
    most = [max(READ, key=lambda part: weights[at, READ[part]].sum()) for at in WRITTEN.values()]
    return Answer(
        choice=AS_WRITTEN if most == [*WRITTEN] else AS_READ if most == [*READ] else ALIKE,
        because=f"While it writes year, month and day of {translation.output}, it gives most of its attention to the {', '.join(most)} of "
        "the input, though nobody has told it where to look: only the output was ever judged. And attention is not an explanation: what "
        "stands at a place of the memory has read the whole input, too.",
    )
