"""The recall task: of a row of random symbols one is marked; after the last one the network has to name it. Needs no torch.

A shorter cousin of the adding problem (Hochreiter & Schmidhuber 1997), with a chance level that is plain to see: 1 of 8.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from core.errors import ConfigError

SYMBOLS = 8
FEATURES = SYMBOLS + 1  # a symbol as a one-hot vector, and whether it is the marked one
CHANCE = 1 / SYMBOLS
MOST_STEPS = 500
CELLS = ("rnn", "lstm", "gru")  # that learn it side by side
STEPS = 400
JUDGED, JUDGE_EVERY = 1000, 20  # sequences that are judged, and after how many steps
HALFWAY = (1 + CHANCE) / 2  # between chance and all right


class RecallBatch(NamedTuple):
    """Sequences of the recall task."""

    inputs: np.ndarray  # (B, T, 9) float64 of 0 and 1
    targets: np.ndarray  # (B,) int64: the marked symbol
    distances: np.ndarray  # (B,) int64: steps from the marked symbol to the last one, 0 to T - 1


class Recalled(NamedTuple):
    """Record of what cells could do while they learned the task."""

    steps: tuple[int, ...]  # when they were judged
    right: Mapping[str, tuple[float, ...]]  # cell -> share of right answers each time
    by_distance: Mapping[str, np.ndarray]  # cell -> (T,) share by steps back, 0 to T - 1, the last time; NaN if none was drawn


def recall_batch(batch: int, length: int, generator: np.random.Generator) -> RecallBatch:
    """Draw sequences of `length` symbols; the marked one is anywhere, evenly. Raises ConfigError for a length that cannot be."""
    if not 1 <= length <= MOST_STEPS:
        raise ConfigError(f"A sequence of {length:,} steps cannot be drawn here: choose 1 to {MOST_STEPS}.")
    symbols = generator.integers(SYMBOLS, size=(batch, length))
    marked = generator.integers(length, size=batch)
    rows = np.arange(batch)
    inputs = np.zeros((batch, length, FEATURES))
    inputs[rows[:, None], np.arange(length), symbols] = 1
    inputs[rows, marked, SYMBOLS] = 1
    return RecallBatch(inputs, symbols[rows, marked], length - 1 - marked)


def span(by_distance: np.ndarray) -> int:
    """Span of recall: at how many distances in a row from 0 on, (T,) shares of right answers, more than halfway between
    chance and all are right. A distance that was not drawn (NaN) breaks nothing."""
    wrong = np.flatnonzero(by_distance <= HALFWAY)
    return int(wrong[0]) if len(wrong) else len(by_distance)


def beyond_chance(right: float, count: int) -> bool:
    """Whether a share of right answers to `count` sequences is more than guessing gives, by three standard errors."""
    return right > CHANCE + 3 * (CHANCE * (1 - CHANCE) / count) ** 0.5
