"""The plane in which points of many dimensions spread most: two principal components (Pearson 1901)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane through the mean of some points; `shares` says how much of their variance lies along each of its axes."""

    mean: np.ndarray  # (D,)
    axes: np.ndarray  # (2, D), of length 1 and at right angles; zeros where the points have no such direction
    shares: np.ndarray  # (2,), 0 to 1

    def place(self, points: np.ndarray) -> np.ndarray:
        """Places of (..., D) points in the plane, (..., 2): straight down onto it."""
        return (points - self.mean) @ self.axes.T

    def share(self, points: np.ndarray) -> float:
        """Share of the variance of other points (N, D), around their own mean, that is seen in the plane: 0 to 1."""
        around = points - points.mean(axis=0)
        whole = (around**2).sum()
        return float(((around @ self.axes.T) ** 2).sum() / whole) if whole else 0.0


def principal_plane(points: np.ndarray) -> Plane:
    """The plane in which (N, D) points spread most. The sign of an axis is free: its largest entry is positive here."""
    import torch  # not before it is needed: this module is imported before the first page is painted

    from core.probes.compute import one_thread

    points = np.asarray(points, np.float64)
    mean = points.mean(axis=0)
    with one_thread():  # NumPy's own SVD has threads that wait for each other: a hundred times slower beside a busy neighbour
        decomposed = torch.linalg.svd(torch.from_numpy(points - mean), full_matrices=False)
    singular, directions = decomposed.S.numpy(), decomposed.Vh.numpy()  # (R,), (R, D); R = min(N, D)
    axes, variance = np.zeros((2, points.shape[1])), np.zeros(2)
    count = min(2, len(singular))
    signs = np.sign(directions[np.arange(count), np.abs(directions[:count]).argmax(axis=1)])
    axes[:count], variance[:count] = directions[:count] * signs[:, None], singular[:count] ** 2
    whole = (singular**2).sum()
    return Plane(mean, axes, variance / whole if whole else variance)
