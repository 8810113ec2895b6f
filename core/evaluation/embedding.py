"""The patch embedding of a run at one of its epochs, read from the kept weights without torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.errors import StoreError
from core.models.embedding import Embedding
from core.training.runs.tensor_file import called, damaged, read_arrays

NAMES = {"weight": "project.weight", "bias": "project.bias", "gain": "norm.weight", "shift": "norm.bias"}


def read_embedding(path: Path) -> Embedding:
    """The `PatchEmbed` in the weights of an epoch, with the mean and deviation of the run's images.

    Raises StoreError when the file is missing or damaged, or its model has no patch embedding.
    """
    kept, told = read_arrays(path)
    if not {f"embed.{name}" for name in NAMES.values()} <= kept.keys():
        raise StoreError(f"The {called(path)} has no patch embedding. Choose a run of a GRU, LSTM, RNN or ViT.")
    weights = {field: kept[f"embed.{name}"].astype(np.float64) for field, name in NAMES.items()}
    try:
        return Embedding(**weights, mean=np.array(told["mean"], np.float64), std=np.array(told["std"], np.float64))
    except (KeyError, ValueError) as error:
        raise damaged(path) from error
