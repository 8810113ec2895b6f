"""An image as a table of numbers, to take along."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from core.data.splits import normalize

CHANNELS = ("red", "green", "blue")


def image_csv(image: Tensor, mean: Sequence[float], std: Sequence[float]) -> str:
    """A (3, H, W) uint8 image as CSV: a line a pixel, with its row and column from 0, three bytes, and the three numbers a model gets."""
    names = ["row", "column", *CHANNELS, *(f"{channel}_normalised" for channel in CHANNELS)]
    stored, floats = image.tolist(), normalize(image, mean, std).tolist()
    lines = [
        ",".join([str(row), str(column), *(str(c[row][column]) for c in stored), *(f"{c[row][column]:.6f}" for c in floats)])
        for row in range(image.shape[1])
        for column in range(image.shape[2])
    ]
    return "\n".join([",".join(names), *lines, ""])
