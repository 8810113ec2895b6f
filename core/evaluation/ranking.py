"""Measures that follow from the order of the classes: top-k, the most confident errors, precision against recall."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.scores import ratio

LISTED = 3  # answers that a person may be offered: the k of top-k


def top_k_name(classes: int) -> str:
    """Name of the top-k accuracy of `classes` classes; "" where it says nothing: of three classes, any three are all of them."""
    return f"top-{LISTED}" if classes > LISTED else ""


def top_k(logits: np.ndarray, labels: np.ndarray, k: int) -> float:
    """Share of images whose true class is among the k highest of (N, K) logits; equals count against the true class.

    An answer with a number that is none names no class: it counts as wrong.
    """
    true = np.take_along_axis(logits, labels[:, None], axis=1)  # (N, K) -> (N, 1)
    above = (logits >= true).sum(axis=1) - 1  # (N,) other classes at least as high
    return float(ratio(((above < k) & ~np.isnan(logits).any(axis=1)).sum(), len(labels)))


def confident_errors(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Indices of the images (N, K) that were named wrongly, the surest error first."""
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    return wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")]


@dataclass(frozen=True, eq=False)
class PrecisionRecall:
    """Precision and recall of "is it this class?" as the threshold on its probability falls: all (P,), recall rises."""

    threshold: np.ndarray
    precision: np.ndarray
    recall: np.ndarray

    @property
    def average_precision(self) -> float:
        """Area under the steps: mean precision over what is found."""
        return float((np.diff(self.recall, prepend=0.0) * self.precision).sum())


def precision_recall(probability: np.ndarray, is_class: np.ndarray) -> PrecisionRecall:
    """Precision and recall at every distinct value of `probability` (N,) of one class; `is_class` (N,) bool is the truth.

    Without an image of the class recall is 0 throughout.
    """
    order = np.argsort(-probability, kind="stable")
    hits_so_far = np.cumsum(is_class[order])  # (N,) true ones among the first
    last = np.append(np.diff(probability[order]) != 0, True) if len(order) else np.zeros(0, bool)  # of equal values the last
    taken = np.flatnonzero(last) + 1  # (P,)
    hits = hits_so_far[last]
    return PrecisionRecall(probability[order][last], ratio(hits, taken), ratio(hits, is_class.sum()))
