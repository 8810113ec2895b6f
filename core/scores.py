"""Everything that follows from a confusion matrix, in numpy: pages can show it before torch is loaded.

One rule for degenerate input, as scikit-learn's `zero_division=0`: 0/0 is 0. So a class that never occurs has recall 0,
one that is never predicted has precision 0, and the top-1 accuracy of no samples at all is 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import DataError, unknown

SCORES = {  # name: column heading
    "one_vs_rest_accuracy": "one-vs-rest acc.",
    "recall": "recall",
    "precision": "precision",
    "f1": "F1",
    "iou": "IoU",
}


@dataclass(frozen=True, eq=False)
class ClassScores:
    """Scores per class of a (K, K) confusion matrix of counts; rows are the true class, columns the predicted class.

    All scores are fractions, float64 (K,). Raises DataError if `matrix` is not square.
    """

    matrix: np.ndarray  # (K, K) int64

    def __post_init__(self) -> None:
        matrix = np.asarray(self.matrix)
        if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
            raise DataError(f"A confusion matrix is square, one row and one column a class; this one is {matrix.shape}.")
        object.__setattr__(self, "matrix", matrix)

    @property
    def total(self) -> int:
        """Samples counted."""
        return int(self.matrix.sum())

    @property
    def count(self) -> np.ndarray:
        """Samples that truly are of each class, int64 (K,); scikit-learn calls it support."""
        return self.matrix.sum(axis=1)  # (K, K) -> (K,)

    @property
    def frequency(self) -> np.ndarray:
        """Share of the samples that truly are of each class."""
        return ratio(self.count, self.total)

    @property
    def true_positives(self) -> np.ndarray:
        return self.matrix.diagonal().copy()  # (K, K) -> (K,)

    @property
    def false_negatives(self) -> np.ndarray:
        """Samples of the class that were taken for another."""
        return self.count - self.true_positives

    @property
    def false_positives(self) -> np.ndarray:
        """Samples of another class that were taken for this one."""
        return self.matrix.sum(axis=0) - self.true_positives  # (K, K) -> (K,)

    @property
    def true_negatives(self) -> np.ndarray:
        return self.total - self.true_positives - self.false_negatives - self.false_positives

    @property
    def one_vs_rest_accuracy(self) -> np.ndarray:
        """(TP + TN) / all. Counts every sample that is rightly *not* taken for the class, so it is high even for a poor
        model.

        Its mean over classes is 1 - 2 (1 - top1) / K: never show it as "accuracy".
        """
        return ratio(self.true_positives + self.true_negatives, self.total)

    @property
    def recall(self) -> np.ndarray:
        """TP / (TP + FN): share of the class that was found."""
        return ratio(self.true_positives, self.count)

    @property
    def precision(self) -> np.ndarray:
        """TP / (TP + FP): share of the predictions of the class that are right."""
        return ratio(self.true_positives, self.true_positives + self.false_positives)

    @property
    def f1(self) -> np.ndarray:
        """2 TP / (2 TP + FP + FN), the Dice coefficient: harmonic mean of recall and precision."""
        return ratio(2 * self.true_positives, 2 * self.true_positives + self.false_positives + self.false_negatives)

    @property
    def iou(self) -> np.ndarray:
        """TP / (TP + FP + FN), the Jaccard index: intersection over union."""
        return ratio(self.true_positives, self.true_positives + self.false_positives + self.false_negatives)

    @property
    def top1(self) -> float:
        """Share of all samples whose class was predicted: the accuracy; 0 when there are no samples."""
        return float(ratio(self.true_positives.sum(), self.total))

    def mean(self, name: str) -> float:
        """Mean of a score over the classes, each counted alike, absent classes too; `name` is one of `SCORES`."""
        return float(self._score(name).mean()) if len(self.matrix) else 0.0

    def weighted(self, name: str) -> float:
        """Mean of a score over the classes, each weighted by its count; `name` is one of `SCORES`."""
        return float(ratio((self._score(name) * self.count).sum(), self.total))

    def rows(self, classes: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """One dict a class (class, count, frequency, the four counts, the scores as fractions), for a page."""
        names = self._names(classes)
        columns = (
            "count",
            "frequency",
            "true_positives",
            "false_negatives",
            "false_positives",
            "true_negatives",
            *SCORES,
        )
        values = {c: getattr(self, c).tolist() for c in columns}
        return [{"class": name, **{c: values[c][k] for c in columns}} for k, name in enumerate(names)]

    def table(self, classes: Sequence[str] | None = None) -> str:
        """The scores in percent as text, a row a class, then the mean, the mean weighted by count, and top-1."""
        names = self._names(classes)
        scores = [100 * self._score(name) for name in SCORES]
        lines = [["", "count", *SCORES.values()]]
        lines += [[n, f"{self.count[k]}", *(f"{s[k]:.2f}" for s in scores)] for k, n in enumerate(names)]
        lines += [["mean", "", *(f"{100 * self.mean(name):.2f}" for name in SCORES)]]
        lines += [["weighted mean", f"{self.total}", *(f"{100 * self.weighted(name):.2f}" for name in SCORES)]]
        first, *widths = (max(map(len, column)) for column in zip(*lines, strict=True))
        cells = ("  ".join([a.ljust(first), *(c.rjust(w) for c, w in zip(b, widths, strict=True))]) for a, *b in lines)
        return "\n".join([*cells, "", f"top-1 accuracy {100 * self.top1:.2f} %, n = {self.total}; scores in percent"])

    def _score(self, name: str) -> np.ndarray:
        if name not in SCORES:
            raise unknown("score", name, SCORES)
        return getattr(self, name)

    def _names(self, classes: Sequence[str] | None) -> list[str]:
        names = list(map(str, range(len(self.matrix)) if classes is None else classes))
        if len(names) != len(self.matrix):
            raise DataError(f"{len(names)} class names do not fit a confusion matrix of {len(self.matrix)} classes.")
        return names


def ratio(part: Any, whole: Any) -> np.ndarray:
    """part / whole in float64 of the same shape; 0 where `whole` is 0."""
    part, whole = np.broadcast_arrays(np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64))
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole != 0)


def top1_of_one_vs_rest(mean: float, classes: int) -> float:
    """The accuracy (top-1) that a mean one-vs-rest accuracy over `classes` classes stands for: each error counts in two classes of K."""
    return 1 - classes * (1 - mean) / 2


def normalized(matrix: np.ndarray) -> np.ndarray:
    """The confusion matrix with rows that sum to 1, float64 (K, K); the row of an absent class stays 0."""
    matrix = np.asarray(matrix)
    return ratio(matrix, matrix.sum(axis=1, keepdims=True))  # (K, K) / (K, 1)
