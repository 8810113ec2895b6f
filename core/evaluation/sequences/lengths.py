"""Accuracy of a run on sequences by the length of its inputs, and how it got there: plain counts, without torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from core.evaluation.intervals import Interval, proportion_interval

if TYPE_CHECKING:
    from core.evaluation.sequences.scores import SequenceScores
    from core.training.history import Snapshot

HALF, GOAL = 0.5, 0.95


@dataclass(frozen=True)
class LengthCurve:
    """Counts by length, ascending: of `n` inputs so many were written `right`; those up to `longest` are of lengths that were trained."""

    lengths: tuple[int, ...]
    right: tuple[int, ...]
    n: tuple[int, ...]
    longest: int

    @property
    def exact(self) -> list[Interval]:
        """The share of each length with its 95 % interval."""
        return [proportion_interval(right, n) for right, n in zip(self.right, self.n, strict=True)]

    def share(self, *, longer: bool) -> Interval | None:
        """The share of all inputs of trained lengths, or of those that are longer; None where there are none."""
        chosen = [(r, n) for length, r, n in zip(self.lengths, self.right, self.n, strict=True) if (length > self.longest) == longer]
        return proportion_interval(sum(r for r, _ in chosen), sum(n for _, n in chosen)) if chosen else None

    def gives_up(self, share: float = HALF) -> int | None:
        """The shortest length of which fewer than `share` of the inputs are right beyond doubt: the whole 95 % interval is below it.

        None if there is none. A single wrong input of a rare length is no end.
        """
        return next((length for length, interval in zip(self.lengths, self.exact, strict=True) if interval.high < share), None)


def length_curve(scores: SequenceScores) -> LengthCurve:
    """The counts in scores "by length"."""
    rows = scores.lengths
    right = tuple(round(row.exact.value * row.exact.n) for row in rows)
    longest = max((row.length for row in rows if row.trained), default=0)
    return LengthCurve(tuple(row.length for row in rows), right, tuple(row.exact.n for row in rows), longest)


class Learned(NamedTuple):
    """An epoch of a run: the steps up to its end, its seconds, and on the validation split the loss a token and the share of sequences
    that are right."""

    step: int
    seconds: float
    loss: float
    exact: float


def learned(run: Snapshot) -> tuple[Learned, ...]:
    """The epochs of a run on sequences, as far as it has come."""
    return tuple(Learned(e.step, e.seconds, e.val_loss, e.val_exact) for e in run.epochs if e.val_exact is not None)


def steps_to(epochs: Sequence[Learned], goal: float = GOAL) -> int | None:
    """Steps until the end of the first epoch after which `goal` of the validation sequences are right; None if that never was."""
    return next((epoch.step for epoch in epochs if epoch.exact >= goal), None)


def seconds_per_epoch(epochs: Sequence[Learned]) -> float | None:
    """The median, because one slow epoch says something of the neighbours; None without an epoch."""
    ordered = sorted(epoch.seconds for epoch in epochs)
    middle = len(ordered) // 2
    return (ordered[middle] + ordered[~middle]) / 2 if ordered else None


def lengths_rows(curves: dict[str, LengthCurve]) -> list[dict[str, Any]]:
    """All counts and intervals as rows of a table, a line a model and length."""
    return [
        {
            "model": name,
            "length": length,
            "trained": length <= curve.longest,
            "right": right,
            "n": n,
            "exact": interval.value,
            "low95": interval.low,
            "high95": interval.high,
        }
        for name, curve in curves.items()
        for length, right, n, interval in zip(curve.lengths, curve.right, curve.n, curve.exact, strict=True)
    ]
