"""The recurrent cells of a run at one of its epochs, read from the kept weights without torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.errors import StoreError

WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def read_layers(path: Path) -> list[list[list[np.ndarray]]]:
    """The cells in the weights of an epoch, by layer and direction (the backward one, if any, second): each weight_ih (G*H, C), weight_hh
    (G*H, H), bias_ih and bias_hh (G*H,).

    Raises StoreError when the file is missing or damaged, or holds no recurrent layer.
    """
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise StoreError(f"The checkpoint {path.name} is not there (any more). Choose another epoch.")
    try:
        with safe_open(path, framework="numpy") as file:
            kept, layers = set(file.keys()), []
            while (ending := f"_l{len(layers)}") and f"rnn.weight_ih{ending}" in kept:
                ways = [way for way in (ending, f"{ending}_reverse") if f"rnn.weight_ih{way}" in kept]
                layers.append([[file.get_tensor(f"rnn.{name}{way}").astype(np.float64) for name in WEIGHTS] for way in ways])
        if not layers:
            raise StoreError(f"The model in {path.name} has no recurrent layer. Choose a run of an RNN, LSTM or GRU.")
        return layers
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        raise StoreError(f"The checkpoint {path.name} is damaged and cannot be read. Choose another epoch, or delete the run.") from error
