"""The answer to the page's prediction: every token is replaced once, and every output that moves is noted."""

from __future__ import annotations

from core.probes.seq2seq.masked_sentence import parse_sentence
from core.readable import number
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
        because=f"Measured on “{TEXT.first}”: the outputs before the replaced token move by {number(masked.before[1])}, and those after "
        f"it by {number(later, 2)} or more. Without a mask the outputs before it move, too, by {number(free.before[0], 2)} or more: they "
        f"have read what they should predict.",
    )
