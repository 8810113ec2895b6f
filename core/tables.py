"""Tables of pandas for notebooks, of what is judged: a row a class, a row an image. Those of runs and epochs are `RunManager.runs_table()`
and `RunManager.history(run)`.

Columns have names and types; shares are of 1, losses in nats, epochs count from 1 in tables and from 0 in arguments. pandas is imported
when the first table is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import ConfigError, DataError, StoreError
from core.scores import ClassScores

if TYPE_CHECKING:
    from pandas import DataFrame

    from core.training.runs.manager import RunManager


def class_table(confusion: Any, classes: Sequence[str] | None = None) -> DataFrame:
    """A row a class: how often it occurs (`count`, and `frequency`, its share of all), its four counts, and its scores as shares of 1 (NaN
    where a class does not occur).

    `confusion` is a `ConfusionMatrix`, its `ClassScores`, or the (K, K) counts themselves, rows true and columns predicted, such as
    `epoch.val_confusion` of a run. `classes` are the K names. Raises DataError for what is none of these.
    """
    scores = getattr(confusion, "scores", confusion)
    if not isinstance(scores, ClassScores):
        scores = ClassScores(_counts(scores))
    return scores.frame(classes)


def per_image(lab: RunManager, run: str, epoch: int | None = None, images: str = "val", *, data: str = "") -> DataFrame:
    """A row an image, as `core.evaluation.judged.Judged.frame` has them: what the weights of `epoch` (from 0; the best one unless given)
    say of a split of the run's data ("val", "test", "train") or of a folder of class folders.

    To ask for test images is a look at them, which is counted. `data` is the folder in which the images of the run lie now, where they have
    moved. Raises StoreError when the weights are not kept, DataError when the images are not here, ConfigError for a run on sequences.
    """
    from core.evaluation.judged import judged

    snapshot = lab.snapshot(run)
    if snapshot.kind == "sequences":
        raise ConfigError(
            f"Run {run} makes sequences out of sequences: it names no images. core.evaluation.sequences.scores judges what it writes."
        )
    if epoch is None and snapshot.best is None:
        raise StoreError(f"Run {run} has no complete epoch yet: let it train for one epoch first.")
    return judged(lab, run, snapshot.best.epoch if epoch is None else epoch, images, data=data).frame(snapshot.classes)


def _counts(matrix: Any) -> np.ndarray:
    """A confusion matrix as counts. Raises DataError for numbers that count nothing."""
    try:
        found = np.asarray(matrix)
    except ValueError as error:  # rows of different lengths
        raise DataError("A confusion matrix is square, one row and one column a class.") from error
    if found.dtype.kind not in "iu" or (found < 0).any():
        raise DataError("A confusion matrix counts samples: whole numbers from 0 on, rows true and columns predicted.")
    return found
