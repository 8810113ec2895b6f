"""What the confusion board draws, as small plain data, and the numbers of an epoch in a line. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from core.checks import Many, Whole
from core.readable import percent
from core.scores import ClassScores, known
from core.training.history import Snapshot

if TYPE_CHECKING:
    from core.evaluation.judged import Judged

NORMS = ("true", "predicted", "count")
NOTHING = "–"
SPLITS = {"val": "Validation", "train": "Training", "test": "Test"}
SETS = {"val": "the validation set", "train": "the training set", "test": "the test set"}


def recorded_matrices(run: Snapshot, split: str) -> dict[int, np.ndarray]:
    """The confusion matrices (K, K) of a split that the run itself has counted, by epoch; of the test split there is one at most."""
    if split == "test":
        return {run.test.epoch: run.test.confusion} if run.test else {}
    return {record.epoch: record.val_confusion if split == "val" else record.train_confusion for record in run.epochs}


def board_data(
    run: Snapshot,
    split: str,
    matrices: dict[int, np.ndarray],
    *,
    epoch: int,
    norm: str = "true",
    cell: tuple[int, int] | None = None,
    row: int | None = None,
    other: tuple[str, np.ndarray] | None = None,
) -> dict[str, Any]:
    """The message of `pages/evaluate/board`: `matrices` (K, K) by epoch from 0, starting at `epoch`.

    `other` is a name and a matrix that is subtracted from each. Epochs count from 1 in what is shown.
    """
    epochs = sorted(matrices)
    return {
        "what": f"{run.run_id} {split}{len(epochs) if split not in ('val', 'train') else ''}",  # one more epoch judged: start at that one
        "label": SPLITS.get(split, "Own folder"),
        "classes": list(run.classes),
        "epochs": [e + 1 for e in epochs],
        "matrices": [_flat(matrices[e]) for e in epochs],
        "best": epochs.index(run.best.epoch) if run.best and run.best.epoch in matrices else None,
        "epoch": epochs.index(epoch),
        "norm": norm,
        "cell": list(cell) if cell else None,
        "row": row,
        "other": {"label": other[0], "matrix": _flat(other[1])} if other else None,
    }


def cells_of(classes: int) -> Many:
    """The check of a cell (true, predicted) of K classes, both from 0; a link writes it "true-predicted"."""
    return Many(Whole(0, classes - 1), 2, between="-", least=2)


def largest_confusion(matrix: Sequence[Sequence[int]] | np.ndarray) -> tuple[int, int]:
    """The cell (true, predicted) off the diagonal with the most images, the first of equals."""
    wrong = np.array(matrix)
    np.fill_diagonal(wrong, -1)
    true, predicted = np.unravel_index(wrong.argmax(), wrong.shape)
    return int(true), int(predicted)


def _flat(matrix: np.ndarray) -> list[int]:
    return np.asarray(matrix).reshape(-1).tolist()  # (K, K) -> (K * K,)


def figures_html(scores: ClassScores, judged: Judged | None) -> str:
    """The numbers of the epoch in one line."""
    from core.evaluation.intervals import proportion_interval
    from core.evaluation.ranking import LISTED, top_k, top_k_name

    interval = proportion_interval(int(scores.matrix.trace()), scores.total) if scores.total else None
    several, absent = top_k_name(len(scores.matrix)), int((~scores.occurs).sum())
    over = f" ({len(scores.matrix) - absent} of {len(scores.matrix)} classes)" if absent else ""
    figures = {
        "accuracy": percent(scores.top1) if interval else NOTHING,
        "95 % by the choice of images": interval.words() if interval else NOTHING,
        **({several: percent(top_k(judged.logits, judged.labels, LISTED)) if judged else NOTHING} if several else {}),
        "loss": f"{judged.loss:.3f}" if judged else NOTHING,
        "mean recall": _percent(scores.mean("recall"), over),
        "mean one-vs-rest (not the accuracy)": _percent(scores.mean("one_vs_rest_accuracy"), over),
    }
    return '<dl class="lab-figures">' + "".join(f"<div><dt>{k}</dt><dd>{v}</dd></div>" for k, v in figures.items()) + "</dl>"


def _percent(share: float, over: str) -> str:
    """A mean, and where some classes do not occur, over how many it is."""
    return NOTHING if known(share) is None else f"{percent(share)}{over}"
