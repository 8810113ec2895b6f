"""The recurrent cells of a run at one of its epochs, read from the kept weights without torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.errors import StoreError
from core.training.runs.tensor_file import called, damaged, read_arrays

WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def read_layers(path: Path) -> list[list[list[np.ndarray]]]:
    """The cells in the weights of an epoch, by layer and direction (the backward one, if any, second): each weight_ih (G*H, C), weight_hh
    (G*H, H), bias_ih and bias_hh (G*H,).

    Raises StoreError when the file is missing or damaged, or holds no recurrent layer.
    """
    kept, layers = read_arrays(path)[0], []
    while (ending := f"_l{len(layers)}") and f"rnn.weight_ih{ending}" in kept:
        ways = [way for way in (ending, f"{ending}_reverse") if f"rnn.weight_ih{way}" in kept]
        try:
            layers.append([[kept[f"rnn.{name}{way}"].astype(np.float64) for name in WEIGHTS] for way in ways])
        except KeyError as error:
            raise damaged(path) from error
    if not layers:
        raise StoreError(f"The {called(path)} has no recurrent layer. Choose a run of an RNN, LSTM or GRU.")
    return layers
