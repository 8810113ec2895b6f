"""Does a model that says 80 % hit 80 %? Reliability diagram and expected calibration error (Guo et al. 2017)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.scores import ratio

BINS = 15


@dataclass(frozen=True, eq=False)
class Reliability:
    """Images by the confidence of their top class, in bins of equal width from 0 to 1; all (M,), empty bins hold 0."""

    count: np.ndarray  # images
    confidence: np.ndarray  # mean probability of the predicted class
    accuracy: np.ndarray  # share of them that is right

    @property
    def ece(self) -> float:
        """Expected calibration error: mean of |accuracy - confidence| over images, 0 to 1."""
        return float(ratio((self.count * abs(self.accuracy - self.confidence)).sum(), self.count.sum()))

    @property
    def gap(self) -> float:
        """Mean confidence minus accuracy over all images: above 0 the model is too sure of itself."""
        return float(ratio((self.count * (self.confidence - self.accuracy)).sum(), self.count.sum()))


def reliability(probabilities: np.ndarray, labels: np.ndarray, *, bins: int = BINS) -> Reliability:
    """Reliability of class probabilities (N, K) on true classes (N,). A confidence on a border belongs to the lower bin."""
    highest = probabilities.max(axis=1, initial=0.0)  # (N, K) -> (N,)
    borders = (np.arange(1, bins) / bins).astype(highest.dtype)  # rounded as the confidences are: 0.6 in float32 is above 0.6
    confidence = highest.astype(np.float64)
    hits = probabilities.argmax(axis=1) == labels if len(labels) else np.zeros(0, bool)
    place = np.searchsorted(borders, highest, side="left")  # (N,)
    count = np.bincount(place, minlength=bins)  # (M,)
    return Reliability(
        count,
        ratio(np.bincount(place, weights=confidence, minlength=bins), count),
        ratio(np.bincount(place, weights=hits, minlength=bins), count),
    )
