"""The answer to the page's prediction: what softmax lets through is measured, not scaled and scaled by √D."""

from __future__ import annotations

from core.probes.attention.by_hand import WIDTHS, Projections, Saturation, attention_by_hand, parse_words, saturation, word_tokens
from dashboard.about import Answer
from pages.attention.about import ABOUT
from pages.attention.controls import WORDS
from pages.attention.view import because

LONG = WIDTHS[-1]  # features of the longest key
MORE, SAME, LESS = ABOUT.prediction.choices


def answer() -> Answer:
    """What leaving out the division does, on the first words with the course's width and one head."""
    none, by_size = long_keys()
    return Answer(choice=answer_of(none.slope / by_size.slope), because=because(none, by_size))


def long_keys() -> tuple[Saturation, Saturation]:
    """Not scaled and scaled by √D, for the question's tokens."""
    hand = attention_by_hand(word_tokens(parse_words(WORDS.first), LONG), Projections.random(LONG, 0), 1)
    return saturation(hand)[0], saturation(hand)[1]


def answer_of(ratio: float) -> str:
    """The answer that a ratio of gradients is."""
    return MORE if ratio > 1.1 else LESS if ratio < 0.5 else SAME
