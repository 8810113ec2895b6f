"""The confusion matrix, counted in torch where the predictions are; the scores that follow from it are defined in `core.scores`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import torch
from torch import Tensor

from core.errors import DataError
from core.other_names import also_named
from core.scores import ClassScores
from core.text import quoted


class ConfusionMatrix:
    """Counts of (true class, predicted class) for `num_classes` classes, and all scores that follow from them.

    `update` only queues work on the device; reading anything waits for it. So labels out of range are counted in a
    border around the matrix and reported at the next reading, not at once. Scores are float64 tensors on the CPU,
    fractions, NaN for a class without a sample (`core.scores` defines them all). Counts are integers: the same for
    any chunking of the data.
    """

    def __init__(self, num_classes: int, device: torch.device | str | None = None):
        if not hasattr(num_classes, "__index__") or num_classes < 1:
            raise DataError(f"num_classes is a whole number from 1 on, not {quoted(num_classes)}.")
        self.num_classes = num_classes
        side = num_classes + 2  # one more row and column on each side for what is out of range
        self._counts = torch.zeros(side * side, dtype=torch.int64, device=device)

    @also_named(preds="pred", target="true")
    def update(self, pred: Tensor | Sequence[int], true: Tensor | Sequence[int]) -> Self:
        """Count class indices of any shape, the same for both, as tensors, lists or NumPy arrays; counting moves to the device of `pred`.

        The predictions come first. `preds` and `target`, as in torchmetrics, are taken, too. Raises DataError for shapes that differ and
        for what is not whole numbers (logits need `argmax(-1)` first).
        """
        pred = _indices(pred)
        true = _indices(true, pred.device)
        if pred.shape != true.shape:
            raise DataError(
                f"Predictions {tuple(pred.shape)} and true classes {tuple(true.shape)} differ in shape. Give one class "
                "index a sample in both; of logits take argmax(-1) first."
            )
        if pred.is_floating_point() or true.is_floating_point():
            raise DataError("A confusion matrix counts class indices, whole numbers. Of logits take argmax(-1) first.")
        if self._counts.device != pred.device:
            self._counts = self._counts.to(pred.device)
        k = self.num_classes
        row, column = true.reshape(-1).long().clamp(-1, k), pred.reshape(-1).long().clamp(-1, k)  # (...) -> (n,)
        cell = row.mul_(k + 2).add_(column).add_(k + 3)  # (row + 1) * (K + 2) + (column + 1)
        self._counts.index_add_(0, cell, torch.ones_like(cell))
        return self

    def reset(self) -> None:
        """Forget all counts."""
        self._counts.zero_()

    @property
    def matrix(self) -> Tensor:
        """Counts so far, (K, K) int64 on the CPU, rows true, columns predicted; a copy.

        Raises DataError if a class index outside 0..K-1 has been counted.
        """
        k = self.num_classes
        bordered = self._counts.cpu().view(k + 2, k + 2)  # ((K + 2)²,) -> (K + 2, K + 2)
        matrix = bordered[1:-1, 1:-1].clone()  # (K + 2, K + 2) -> (K, K)
        outside = int(bordered.sum() - matrix.sum())
        if outside:
            raise DataError(
                f"{outside} of {int(bordered.sum())} samples have a true or predicted class outside 0 to {k - 1}. "
                f"Check that the labels of the data set fit its {k} classes."
            )
        return matrix

    @property
    def scores(self) -> ClassScores:
        """All scores as numpy arrays."""
        return ClassScores(self.matrix.numpy())

    @property
    def top1(self) -> float:
        """Share of samples whose class was predicted; 0 when nothing was counted."""
        return self.scores.top1

    @property
    def count(self) -> Tensor:
        """Samples of each true class, (K,) int64."""
        return torch.from_numpy(self.scores.count)

    @property
    def support(self) -> Tensor:
        """`count` by the name that scikit-learn has for it."""
        return self.count

    @property
    def frequency(self) -> Tensor:
        return torch.from_numpy(self.scores.frequency)

    @property
    def one_vs_rest_accuracy(self) -> Tensor:
        """(TP + TN) / all per class. Not top-1 accuracy: where all K classes occur, its mean is 1 - 2 (1 - top1) / K."""
        return torch.from_numpy(self.scores.one_vs_rest_accuracy)

    @property
    def recall(self) -> Tensor:
        return torch.from_numpy(self.scores.recall)

    @property
    def precision(self) -> Tensor:
        return torch.from_numpy(self.scores.precision)

    @property
    def f1(self) -> Tensor:
        return torch.from_numpy(self.scores.f1)

    @property
    def iou(self) -> Tensor:
        return torch.from_numpy(self.scores.iou)

    def mean(self, name: str) -> float:
        """Mean of the score `name` over the classes that occur, each counted alike."""
        return self.scores.mean(name)

    def weighted(self, name: str) -> float:
        """Mean of the score `name` over the classes that occur, weighted by their counts."""
        return self.scores.weighted(name)

    def table(self, classes: Sequence[str] | None = None) -> str:
        """The scores per class, their means and top-1 as text, in percent."""
        return self.scores.table(classes)


def _indices(values: Tensor | Sequence[int], device: torch.device | None = None) -> Tensor:
    """Class indices as a tensor; of what is no tensor, on `device`."""
    if isinstance(values, Tensor):
        return values
    try:
        found = torch.as_tensor(values, device=device)
    except (TypeError, ValueError, RuntimeError) as error:
        kind = type(values).__name__
        raise DataError(f"Class indices are whole numbers, one a sample, and this {kind} holds something else.") from error
    return found if found.numel() else found.long()  # an empty list says nothing of its numbers
