"""What a class answered, once it may be shown: the answers of a round as a distribution, and who changed from what to what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from core.classroom.questions.answers import Answering, CellAnswer, ChoiceAnswer, CurveAnswer, NumberAnswer

BINS = 10  # of a histogram of numbers, at most
MOST_CELLS = 6  # cells of a matrix that have a row of their own in the shift matrix
QUARTILES = (25, 50, 75)
OTHERS = "another cell"
TOO_LOW, NEAR, TOO_HIGH = "too low", "about right", "too high"


@dataclass(frozen=True)
class Shift:
    """Changes between two rounds: `counts` (K, K), row = the answer before, column = the answer after, of those who gave both."""

    labels: tuple[str, ...]
    counts: np.ndarray
    right: str  # the label of the truth; "" where it has none

    @property
    def stayed(self) -> int:
        """How many gave the same answer again."""
        return int(np.trace(self.counts))

    @property
    def people(self) -> int:
        """How many gave both answers."""
        return int(self.counts.sum())

    def reached(self) -> tuple[int, int]:
        """How many changed to what was right, and how many away from it."""
        if self.right not in self.labels:
            return 0, 0
        at = self.labels.index(self.right)
        return int(self.counts[:, at].sum() - self.counts[at, at]), int(self.counts[at].sum() - self.counts[at, at])


def edges(line: NumberAnswer) -> list[float]:
    """The borders of the bins of a histogram: at most `BINS` of equal width."""
    steps = max(1, round((line.high - line.low) / line.step))
    return np.linspace(line.low, line.high, min(BINS, steps) + 1).tolist()


def bin_of(line: NumberAnswer, answer: float) -> int:
    """The bin of a number, from 0; a number on a border belongs to the upper one, but the last border to the last bin."""
    borders = edges(line)
    return min(int(np.searchsorted(borders, answer, side="right")) - 1, len(borders) - 2)


def distribution(answering: Answering, answers: Sequence[Any]) -> dict[str, Any]:
    """The answers of one round as plain numbers.

    Of a choice the count of each option, of numbers a histogram, of cells the counts (rows, columns), of curves their quartiles at each
    point (three lists, none without a curve). `people` is how many answered.
    """
    match answering:
        case ChoiceAnswer():
            counts: Any = [sum(answer == option for answer in answers) for option in answering.options]
        case NumberAnswer():
            counts = np.bincount([bin_of(answering, answer) for answer in answers], minlength=len(edges(answering)) - 1).tolist()
        case CellAnswer():
            cells = np.zeros((len(answering.rows), len(answering.columns)), int)
            for row, column in answers:
                cells[row, column] += 1
            counts = cells.tolist()
        case CurveAnswer():
            counts = np.percentile(np.array(answers, float), QUARTILES, axis=0).tolist() if answers else []
    return {"people": len(answers), "counts": counts}


def shift(answering: Answering, before: Mapping[str, Any], after: Mapping[str, Any], truth: Any) -> Shift:
    """The shift matrix of answers by person. Numbers are counted by bin, and curves by whether they are too low, right or too high."""
    both = [(before[person], after[person]) for person in before if person in after]
    labels, label_of = _labels(answering, [*before.values(), *after.values()], truth)
    counts = np.zeros((len(labels), len(labels)), int)
    for one, other in both:
        counts[labels.index(label_of(one)), labels.index(label_of(other))] += 1
    return Shift(tuple(labels), counts, label_of(truth))


def _labels(answering: Answering, answers: Sequence[Any], truth: Any) -> tuple[list[str], Any]:
    """The rows of a shift matrix, and the function that finds an answer's row."""
    match answering:
        case ChoiceAnswer():
            return list(answering.options.values()), answering.words
        case NumberAnswer():
            borders = edges(answering)
            names = [f"{low:g} to {high:g}" for low, high in pairwise(borders)]
            return names, lambda answer: names[bin_of(answering, answer)]
        case CellAnswer():
            counted: dict[str, int] = {answering.words(truth): len(answers) + 1}  # the right one has a row whether or not somebody saw it
            for answer in answers:
                counted[answering.words(answer)] = counted.get(answering.words(answer), 0) + 1
            named = sorted(counted, key=counted.__getitem__, reverse=True)
            rows = named[:MOST_CELLS] + [OTHERS] * (len(named) > MOST_CELLS)
            return rows, lambda answer: words if (words := answering.words(answer)) in rows else OTHERS
    return [TOO_LOW, NEAR, TOO_HIGH], lambda answer: _side(answering, answer, truth)


def _side(curve: CurveAnswer, answer: list[float], truth: list[float]) -> str:
    """Whether a curve is right, within `near` of the truth on average, or else on which side of it most of it lies."""
    if curve.apart(answer, truth) <= curve.near:
        return NEAR
    return TOO_LOW if curve.place(answer) < curve.place(truth) else TOO_HIGH
