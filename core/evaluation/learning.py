"""The history of every image over the epochs: when it was learned, how often forgotten (Toneva et al. 2019)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NEVER = -1


@dataclass(frozen=True, eq=False)
class LearningEpochs:
    """Epochs (indices) at which each image was first right, and from which it stayed right to the end (`NEVER` if none), and
    how often it went from right to wrong; all (N,)."""

    first: np.ndarray
    for_good: np.ndarray
    forgotten: np.ndarray


def learning(right: np.ndarray) -> LearningEpochs:
    """Histories of (E, N) bool: whether each image was named rightly after each epoch, in their order."""
    epochs = len(right)
    first = np.where(right.any(axis=0), right.argmax(axis=0), NEVER)  # (E, N) -> (N,)
    at_the_end = np.logical_and.accumulate(right[::-1], axis=0).sum(axis=0)  # (N,) epochs without an error, up to the last
    for_good = np.where(at_the_end > 0, epochs - at_the_end, NEVER)
    forgotten = (right[:-1] & ~right[1:]).sum(axis=0)
    return LearningEpochs(first, for_good, forgotten)
