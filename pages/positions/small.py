"""The small picture of the page on the map of Home: the sines of positions, computed."""

from __future__ import annotations

import numpy as np

from dashboard.pictures.small import drawn, grid


def small() -> str:
    """Eight features of sixteen positions: sines of ever longer waves."""
    steps = np.arange(16) / 10000 ** (np.arange(0, 8, 2)[:, None] / 8)
    return drawn(grid(np.stack([np.sin(steps), np.cos(steps)], 1).reshape(8, 16), box=(4, 6, 88, 44)))
