"""The scores of a confusion matrix, defined here in numpy: pages show them before torch is loaded. `core.metrics` counts the matrix.

A class of which there is no sample has no score, NaN, shown as a dash, and does not count in the means: they are those of scikit-learn
with `labels` those that occur. A class that occurs and is never predicted has precision 0, as with `zero_division=0`: the model failed to
find it. The top-1 accuracy of no samples at all is 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import DataError, unknown
from core.frames import typed

if TYPE_CHECKING:
    from pandas import DataFrame

SCORES = {  # name: column heading
    "one_vs_rest_accuracy": "one-vs-rest acc.",
    "recall": "recall",
    "precision": "precision",
    "f1": "F1",
    "iou": "IoU",
}


def by_chance(classes: int) -> tuple[float, float]:
    """The loss in nats, ln K, and the top-1 accuracy, 1 / K, of a guess that holds each of K `classes` equally likely, of which each has as
    many samples. Raises DataError where there is no class.
    """
    if classes < 1:
        raise DataError(f"Nothing can be guessed among {classes} classes: one at least is needed.")
    return math.log(classes), 1 / classes


@dataclass(frozen=True, eq=False)
class ClassScores:
    """Scores per class of a (K, K) confusion matrix of counts; rows are the true class, columns the predicted class.

    All scores are fractions, float64 (K,), NaN for a class without a sample. Raises DataError if `matrix` is not square.
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
        """Samples that truly are of each class, int64 (K,)."""
        return self.matrix.sum(axis=1)  # (K, K) -> (K,)

    @property
    def support(self) -> np.ndarray:
        """`count` by the name that scikit-learn has for it."""
        return self.count

    @property
    def occurs(self) -> np.ndarray:
        """Which classes have a sample at all, bool (K,): the others have no score."""
        return self.count > 0

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

        Where all K classes occur, its mean over them is 1 - 2 (1 - top1) / K: never show it as "accuracy".
        """
        return self._where_it_occurs(ratio(self.true_positives + self.true_negatives, self.total))

    @property
    def recall(self) -> np.ndarray:
        """TP / (TP + FN): share of the class that was found."""
        return self._where_it_occurs(ratio(self.true_positives, self.count))

    @property
    def precision(self) -> np.ndarray:
        """TP / (TP + FP): share of the predictions of the class that are right."""
        return self._where_it_occurs(ratio(self.true_positives, self.true_positives + self.false_positives))

    @property
    def f1(self) -> np.ndarray:
        """2 TP / (2 TP + FP + FN), the Dice coefficient: harmonic mean of recall and precision."""
        return self._where_it_occurs(ratio(2 * self.true_positives, self.true_positives + self._union))

    @property
    def iou(self) -> np.ndarray:
        """TP / (TP + FP + FN), the Jaccard index: intersection over union."""
        return self._where_it_occurs(ratio(self.true_positives, self._union))

    @property
    def top1(self) -> float:
        """Share of all samples whose class was predicted: the accuracy; 0 when there are no samples."""
        return float(ratio(self.true_positives.sum(), self.total))

    def mean(self, name: str) -> float:
        """Mean of a score over the classes that occur, each counted alike; NaN if none does. `name` is one of `SCORES`."""
        found = self._score(name)[self.occurs]
        return float(found.mean()) if len(found) else math.nan

    def weighted(self, name: str) -> float:
        """Mean of a score over the classes that occur, each weighted by its count; NaN if none does. `name` is one of `SCORES`."""
        found, count = self._score(name)[self.occurs], self.count[self.occurs]
        return float((found * count).sum() / self.total) if len(found) else math.nan

    def absent(self, classes: Sequence[str] | None = None) -> list[str]:
        """The names of the classes without a sample, which have no score."""
        return [name for name, occurs in zip(self._names(classes), self.occurs, strict=True) if not occurs]

    def notes(self, classes: Sequence[str] | None = None, thing: str = "sample") -> str:
        """What has to be known beside the scores, in sentences: which classes do not occur, and what follows. "" where all do.

        `thing` is what is counted: an image, or a token.
        """
        absent, names = self.absent(classes), self._names(classes)
        if not absent or not self.total:
            return ""
        told = f"No {thing} is of {_listed(absent)}: what does not occur has no scores (–) and does not count in the means."
        if wrong := int(self.matrix[:, ~self.occurs].sum()):
            told += f" {wrong:,} of {self.total:,} {thing}s were misclassified as a class that does not occur, and count as wrong."
        if len(absent) == len(names) - 1:
            told += f" All {thing}s are of {names[int(self.occurs.argmax())]}: its precision cannot be below 100 %, and says nothing."
        return told

    def rows(self, classes: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """One dict a class (class, count, frequency, the four counts, the scores as fractions or None), for a page."""
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
        return [{"class": name, **{c: known(values[c][k]) for c in columns}} for k, name in enumerate(names)]

    def frame(self, classes: Sequence[str] | None = None) -> DataFrame:
        """The same as a table, a row a class: counts of samples, and shares of 1; a score that a class does not have is NaN."""
        rows = self.rows(classes)
        kinds = {name: "string" if name == "class" else "float64" if name in ("frequency", *SCORES) else "int64" for name in rows[0]}
        return typed(rows, kinds)

    def table(self, classes: Sequence[str] | None = None, thing: str = "sample") -> str:
        """The scores in percent as text, a row a class, then the mean, the mean weighted by count, top-1, and the `notes`."""
        names = self._names(classes)
        scores = [self._score(name) for name in SCORES]
        lines = [["", "count", *SCORES.values()]]
        lines += [[n, f"{self.count[k]}", *(percent_text(s[k], 2) for s in scores)] for k, n in enumerate(names)]
        lines += [["mean", "", *(percent_text(self.mean(name), 2) for name in SCORES)]]
        lines += [["weighted mean", f"{self.total}", *(percent_text(self.weighted(name), 2) for name in SCORES)]]
        first, *widths = (max(map(len, column)) for column in zip(*lines, strict=True))
        cells = ("  ".join([a.ljust(first), *(c.rjust(w) for c, w in zip(b, widths, strict=True))]) for a, *b in lines)
        notes = [told] if (told := self.notes(classes, thing)) else []
        return "\n".join([*cells, "", *notes, f"accuracy {100 * self.top1:.2f} %, n = {self.total}; scores in percent"])

    @property
    def _union(self) -> np.ndarray:
        """TP + FP + FN: samples that are of the class or were taken for it."""
        return self.true_positives + self.false_positives + self.false_negatives

    def _where_it_occurs(self, score: np.ndarray) -> np.ndarray:
        """`score` (K,), NaN for the classes that have no sample."""
        return np.where(self.occurs, score, np.nan)

    def _score(self, name: str) -> np.ndarray:
        if name not in SCORES:
            raise unknown("score", name, SCORES)
        return getattr(self, name)

    def _names(self, classes: Sequence[str] | None) -> list[str]:
        names = list(map(str, range(len(self.matrix)) if classes is None else classes))
        if len(names) != len(self.matrix):
            raise DataError(f"{len(names)} class names do not fit a confusion matrix of {len(self.matrix)} classes.")
        return names


def known(value: Any) -> Any:
    """`value`, or None for a number that is none, as JSON and CSV have it."""
    return None if isinstance(value, float) and math.isnan(value) else value


def percent_text(share: float | None, digits: int = 1) -> str:
    """A share of 1 in percent without the sign, and a dash where there is none."""
    return "–" if known(share) is None else f"{100 * share:.{digits}f}"


def _listed(names: Sequence[str], most: int = 10) -> str:
    """Names in a sentence, the first of many: "cat, dog or owl"."""
    if len(names) > most:
        return f"{', '.join(names[:most])} or {len(names) - most} more classes"
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def ratio(part: Any, whole: Any) -> np.ndarray:
    """part / whole in float64 of the same shape; 0 where `whole` is 0."""
    part, whole = np.broadcast_arrays(np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64))
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole != 0)


def top1_of_one_vs_rest(mean: float, classes: int) -> float:
    """The accuracy (top-1) that a mean one-vs-rest accuracy over `classes` classes stands for: each error counts in two classes of K."""
    return 1 - classes * (1 - mean) / 2


def normalized(matrix: np.ndarray) -> np.ndarray:
    """The confusion matrix with rows that sum to 1, float64 (K, K); the row of an absent class stays 0, which is no share."""
    matrix = np.asarray(matrix)
    return ratio(matrix, matrix.sum(axis=1, keepdims=True))  # (K, K) / (K, 1)
