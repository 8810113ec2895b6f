"""The small picture of the page on the map of Home: a picture of which patches are taken away, and what a recorded run believes of it."""

from __future__ import annotations

import numpy as np

from core.records.overview import overview
from dashboard.pictures.small import bars, drawn, grid, photo


def small() -> str:
    """The picture of Home with a hole, beside the probabilities of its classes after 40 of 64 patches."""
    record = overview()
    beliefs = record.readers["gru", 16].beliefs[40]
    hole = grid(np.ones((2, 2)), "c", box=(16, 16, 24, 24))
    return drawn(photo(record.pixels[:, ::2, ::2], (4, 4, 48, 48)), hole, bars(beliefs, span=(0, beliefs.max()), box=(58, 8, 36, 44)))
