"""The answer to the page's prediction: every token is replaced once, and every output that moves is noted."""

from __future__ import annotations

from core.probes.seq2seq.masked_sentence import parse_sentence
from dashboard.about import Answer
from pages.masks.about import ABOUT
from pages.masks.controls import END, LAYERS, PADDING, TEXT
from pages.masks.lookups import effects_of

ALL, FROM_IT_ON, ALONE = ABOUT.prediction.choices


def answer() -> Answer:
    """How far a replaced token is seen through the subsequent mask, on the page's first sentence."""
    effects = effects_of(parse_sentence(TEXT.first, PADDING.first, END.first), LAYERS.first)
    masked, free = effects["subsequent"], effects["none"]
    later = min(report.after for report in masked.counted)
    return Answer(
        choice=ALL if masked.before[1] else FROM_IT_ON if later else ALONE,
        because=f"Measured on “{TEXT.first}”: outputs before the token that is replaced move by {masked.before[1]:g}, and those after "
        f"it by {later:.2g} at least. Without a mask outputs before it move, too, by {free.before[0]:.2g} at least: they have read what "
        "they were to predict.",
    )
