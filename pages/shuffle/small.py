"""The small picture of the page on the map of Home: a picture, and its patches in another order."""

from __future__ import annotations

import numpy as np

from core.records.overview import overview
from dashboard.pictures.small import arrow, drawn, photo


def small() -> str:
    """The picture of Home, and its sixteen patches shuffled."""
    pixels = overview().pixels[:, ::2, ::2]
    patches = pixels.reshape(3, 4, 4, 4, 4).transpose(1, 3, 0, 2, 4).reshape(16, 3, 4, 4)  # (3, H, W) -> (N, 3, P, P)
    mixed = patches[np.random.default_rng(1).permutation(16)].reshape(4, 4, 3, 4, 4).transpose(2, 0, 3, 1, 4).reshape(3, 16, 16)
    return drawn(photo(pixels, (2, 8, 40, 40)), arrow((43, 28), (53, 28)), photo(mixed, (54, 8, 40, 40)))
