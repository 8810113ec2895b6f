"""The recurrent cell of a run at one of its epochs, read from the kept weights without torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.errors import StoreError

NAMES = [f"rnn.{name}_l0" for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]


def read_cell(path: Path) -> list[np.ndarray]:
    """The forward cell of the first layer in the weights of an epoch: weight_ih (G*H, C), weight_hh (G*H, H), bias_ih and bias_hh (G*H,).

    Raises StoreError when the file is missing or damaged, or holds no recurrent layer.
    """
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise StoreError(f"The checkpoint {path.name} is not there (any more). Choose another epoch.")
    try:
        with safe_open(path, framework="numpy") as file:
            if not set(NAMES) <= set(file.keys()):
                raise StoreError(f"The model in {path.name} has no recurrent layer. Choose a run of an RNN, LSTM or GRU.")
            return [file.get_tensor(name).astype(np.float64) for name in NAMES]
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        raise StoreError(f"The checkpoint {path.name} is damaged and cannot be read. Choose another epoch, or delete the run.") from error
