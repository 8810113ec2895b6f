"""A run's numbers as CSV."""

from __future__ import annotations

import csv
import io

from core.training.history import Snapshot

EPOCH_COLUMNS = (
    "epoch",
    "step",
    "train_loss",
    "train_loss_unsmoothed",
    "train_top1",
    "val_loss",
    "val_top1",
    "lr",
    "seconds",
    "images_per_second",
)
EXACT = "val_exact"  # one more column of runs on sequences


def epoch_columns(snapshot: Snapshot) -> tuple[str, ...]:
    """The numbers that each epoch of a run has."""
    return (*EPOCH_COLUMNS, EXACT) if snapshot.kind == "sequences" else EPOCH_COLUMNS


def epochs_csv(snapshot: Snapshot) -> str:
    """One line an epoch, from 1: losses are means over images (or tokens), accuracies shares of 1, `step` counts optimiser steps.

    `train_loss` is what was minimised; with label smoothing only `train_loss_unsmoothed` compares with `val_loss`.
    """
    columns = epoch_columns(snapshot)
    return _csv(columns, ([record.epoch + 1, *(getattr(record, name) for name in columns[1:])] for record in snapshot.epochs))


def curve_csv(snapshot: Snapshot) -> str:
    """One line a point of the training curve: means over `stride` steps that end at `step`."""
    rows = ([(i + 1) * snapshot.stride, *point] for i, point in enumerate(snapshot.points))
    columns = ("step", "train_loss", "train_top1", "lr", "train_loss_unsmoothed")
    return _csv(columns[: 1 + max(map(len, snapshot.points), default=3)], rows)


def _csv(head, rows) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()
