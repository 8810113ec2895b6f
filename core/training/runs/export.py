"""A run's numbers as CSV."""

from __future__ import annotations

from core.frames import csv_text, frame
from core.training.history import Snapshot


def epochs_csv(snapshot: Snapshot) -> str:
    """One line an epoch, as `Snapshot.frame` has them."""
    return csv_text(snapshot.frame())


def curve_csv(snapshot: Snapshot) -> str:
    """One line a point of the training curve: means over `stride` steps that end at `step`."""
    rows = [[(i + 1) * snapshot.stride, *point] for i, point in enumerate(snapshot.points)]
    columns = ("step", "train_loss", "train_top1", "lr", "train_loss_unsmoothed")
    return csv_text(frame(rows, columns[: 1 + max(map(len, snapshot.points), default=3)]))
