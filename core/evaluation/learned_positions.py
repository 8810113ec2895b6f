"""The learned positions of a run at one of its epochs, read from the kept weights without torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.errors import StoreError

NAME = "positions.table"


def read_positions(path: Path) -> np.ndarray:
    """The table (T, C) in the weights of an epoch, float64.

    Raises StoreError when the file is missing or damaged, or its model has no learned positions.
    """
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise StoreError(f"The checkpoint {path.name} is not there (any more). Choose another epoch.")
    try:
        with safe_open(path, framework="numpy") as file:
            if NAME not in file.keys():  # noqa: SIM118 - no mapping
                raise StoreError(f"The model in {path.name} has no learned positions. Choose a run of a ViT that has.")
            return file.get_tensor(NAME).astype(np.float64)
    except (SafetensorError, ValueError, OSError) as error:
        raise StoreError(f"The checkpoint {path.name} is damaged and cannot be read. Choose another epoch, or delete the run.") from error
