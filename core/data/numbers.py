"""An image as a table of numbers, to take along."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from core.data.splits import normalize
from core.frames import csv_text, frame

CHANNELS = ("red", "green", "blue")


def image_csv(image: Tensor, mean: Sequence[float], std: Sequence[float]) -> str:
    """A (3, H, W) uint8 image as CSV: a line a pixel, with its row and column from 0, three bytes, and the three numbers a model gets."""
    names = ["row", "column", *CHANNELS, *(f"{channel}_normalised" for channel in CHANNELS)]
    height, width = image.shape[1:]
    stored, floats = (values.flatten(1).T.tolist() for values in (image, normalize(image, mean, std)))  # (3, H, W) -> (H * W, 3)
    rows = [[*divmod(at, width), *stored[at], *floats[at]] for at in range(height * width)]
    return csv_text(frame(rows, names), digits="%.6f")
