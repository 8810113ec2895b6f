"""What a run gets right at one moment, as small plain data: its confusion matrix and eight of its sample images. Pure: no Streamlit."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.training.history import EpochRecord, Snapshot

CARDS = 8  # sample images in sight; a page has no room for more beside a curve
MOST_CLASSES = 20  # of a matrix whose cells can still be told apart


def matrix_data(run: Snapshot) -> dict[str, Any] | None:
    """The message of the small matrix: counts by row, true class first, of all epochs of a recorded run, of others of the newest one.

    {"run", "part", "classes", "moments": [[epochs trained, top1, counts]]}; None of sequences, and where there are too many classes.
    """
    if run.kind != "images" or not 1 < len(run.classes) <= MOST_CLASSES:
        return None
    moments = [[record.epoch + 1, record.val_top1, record.val_confusion.ravel().tolist()] for record in _kept(run)]
    return {"run": run.run_id, "part": "matrix", "classes": [*run.classes], "moments": moments}


def cards_data(run: Snapshot) -> dict[str, Any] | None:
    """The message of the cards: of each image its true class, and by moments which class the model holds most likely.

    {"run", "part", "classes", "labels", "moments": [[epochs trained, [[class, its probability, that of the true class], ...]]]}: of a
    recorded run all epochs, of others the newest prediction. None where a run has no sample images.
    """
    if run.sample_images is None or run.sample_labels is None:
        return None
    labels = run.sample_labels[:CARDS]
    moments = [[record.epoch + 1, _judged(record.sample_probabilities, labels)] for record in _kept(run) if run.recorded]
    if not moments and run.sample_probabilities is not None:
        moments = [[run.epoch, _judged(run.sample_probabilities, labels)]]
    return {
        "run": run.run_id,
        "part": "cards",
        "classes": [*run.classes],
        "labels": labels.tolist(),
        "moments": [moment for moment in moments if moment[1]],
    }


def _kept(run: Snapshot) -> tuple[EpochRecord, ...]:
    return run.epochs if run.recorded else run.epochs[-1:]


def _judged(probabilities: np.ndarray, labels: np.ndarray) -> list[list[float]]:
    """Of (S, K) probabilities the first rows; empty where they were not kept."""
    rows = probabilities[: len(labels)]
    if len(rows) < len(labels):
        return []
    guesses = rows.argmax(1)
    return [[int(k), round(float(p[k]), 3), round(float(p[label]), 3)] for k, p, label in zip(guesses, rows, labels, strict=True)]
