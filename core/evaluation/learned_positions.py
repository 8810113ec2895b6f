"""The learned positions of a run at one of its epochs, read from the kept weights without torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.errors import StoreError
from core.training.runs.tensor_file import called, read_arrays

NAME = "positions.table"


def read_positions(path: Path) -> np.ndarray:
    """The table (T, C) in the weights of an epoch, float64.

    Raises StoreError when the file is missing or damaged, or its model has no learned positions.
    """
    kept = read_arrays(path)[0]
    if NAME not in kept:
        raise StoreError(f"The {called(path)} has no learned positions. Choose a run of a ViT that has.")
    return kept[NAME].astype(np.float64)
