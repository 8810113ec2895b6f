"""The small picture of the page on the map of Home: the confusion matrix of a recorded run after its first epochs."""

from __future__ import annotations

import numpy as np

from core.records.recorded import recorded_run
from dashboard.pictures.small import drawn, grid


def small() -> str:
    """Shares of each true class, a row a class, while the run is still wrong about some."""
    matrix = recorded_run("shapes-gru").epochs[4].val_confusion
    shares = matrix / matrix.sum(1, keepdims=True)
    return drawn(grid(shares * np.eye(len(shares))), grid(shares * (1 - np.eye(len(shares))), "b"))
