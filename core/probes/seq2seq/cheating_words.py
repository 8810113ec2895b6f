"""The words of the lesson on cheating, and the least loss that is possible on them. No torch here."""

from __future__ import annotations

import math

PROMPT = 3  # letters that are given; no two words of the list begin alike

LIST = (
    "january february april august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday "
    "mercury venus earth jupiter uranus neptune "
    "spring summer autumn winter "
    "yellow orange purple green black white brown violet "
    "seven eight twenty hundred thousand "
    "tiger rabbit elephant dolphin giraffe lizard penguin zebra kangaroo otter "
    "apple banana cherry lemon peach "
    "piano guitar trumpet "
    "river island forest desert valley glacier volcano "
    "doctor teacher farmer painter"
)
WORDS = tuple(LIST.split())


def loss_floor() -> float:
    """The least mean loss, nats a letter with the end as one, of whoever predicts each letter of these words from those before it.

    A predictor that looks back only gives probabilities to whole words that sum to 1 at most; over N words, each as often as any other, its
    mean loss a word is ln N at least (Gibbs' inequality).
    """
    return len(WORDS) * math.log(len(WORDS)) / sum(len(word) + 1 for word in WORDS)
