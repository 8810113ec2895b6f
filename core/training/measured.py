"""What a run has measured, in so few numbers that hundreds of runs can be shown at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from core.training.history import EpochRecord, Snapshot, best_of

CURVE = 24  # points of a small curve
NEWEST = 16  # points of the training curve that make the newest loss: one alone is noise
DIGITS = 4  # significant ones


@dataclass(frozen=True)
class Measured:
    """A run's measurements in short, as the wall of a class shows them. Accuracies are shares of 1, of the validation images (of
    sequences: of their tokens); None is what is not known yet.

    `curve`: at most `CURVE` of the epochs, (epoch from 1, validation accuracy, seconds of training until then) each, the first, the best
    and the last among them. `seconds` counts the epoch under way as far as it has come.
    """

    epoch: float = 0.0
    accuracy: float | None = None
    loss: float | None = None
    seconds: float | None = None
    curve: tuple[tuple[int, float, float], ...] = ()

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """What `vars` gave of one, after it was JSON. Raises TypeError or KeyError for anything else."""
        return cls(**{**plain, "curve": tuple(map(tuple, plain["curve"]))})


def measured(run: Snapshot) -> Measured:
    """The measurements of a run at this moment."""
    begun, under_way = run.epoch - len(run.epochs), 0.0  # of the epoch under way, as a share and in seconds
    if run.active and begun > 0 and run.images_per_second > 0:
        under_way = begun * run.sizes.get("train", 0) / run.images_per_second
    return measured_in(run.epochs, run.points, epoch=run.epoch, under_way=under_way)


def measured_in(epochs: Sequence[EpochRecord], points: Sequence[Sequence[float]], *, epoch: float, under_way: float = 0.0) -> Measured:
    """The measurements of a run of these complete epochs and points of the training curve, which has come to `epoch` and has spent
    `under_way` seconds on the one that is not complete."""
    sums, seconds = [], 0.0
    for record in epochs:
        seconds += record.seconds
        sums.append(seconds)
    seconds += under_way
    best = best_of(epochs)
    return Measured(
        epoch=_number(epoch) or 0.0,
        accuracy=_number(best.val_top1) if best else None,
        loss=_newest_loss(points),
        seconds=_number(seconds) if seconds else None,
        curve=tuple((epochs[i].epoch + 1, _number(epochs[i].val_top1), _number(sums[i])) for i in _some(epochs, best)),
    )


def _newest_loss(points: Sequence[Sequence[float]]) -> float | None:
    """The mean of the last points of the training curve; the loss without label smoothing where it is known."""
    known = [value for point in points[-NEWEST:] if math.isfinite(value := point[3] if len(point) > 3 else point[0])]
    return _number(sum(known) / len(known)) if known else None


def _some(epochs: Sequence[EpochRecord], best: EpochRecord | None) -> list[int]:
    """The places of at most `CURVE` epochs, evenly, with the first, the best and the last of them."""
    last = len(epochs) - 1
    if last < CURVE:
        return [*range(last + 1)]
    even = {round(i * last / (CURVE - 2)) for i in range(CURVE - 1)}
    return sorted(even | ({epochs.index(best)} if best else set()))


def _number(value: float) -> float | None:
    """`value` to a few significant digits; None for what JSON cannot say."""
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
