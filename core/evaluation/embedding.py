"""The patch embedding of a run at one of its epochs, read from the kept weights without torch."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from core.errors import StoreError
from core.models.embedding import Embedding

NAMES = {"weight": "project.weight", "bias": "project.bias", "gain": "norm.weight", "shift": "norm.bias"}


def read_embedding(path: Path) -> Embedding:
    """The `PatchEmbed` in the weights of an epoch, with the mean and deviation of the run's images.

    Raises StoreError when the file is missing or damaged, or its model has no patch embedding.
    """
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise StoreError(f"The checkpoint {path.name} is not there (any more). Choose another epoch.")
    try:
        with safe_open(path, framework="numpy") as file:
            found = set(file.keys())
            if not {f"embed.{name}" for name in NAMES.values()} <= found:
                raise StoreError(f"The model in {path.name} has no patch embedding. Choose a run of a GRU, LSTM, RNN or ViT.")
            weights = {field: file.get_tensor(f"embed.{name}").astype(np.float64) for field, name in NAMES.items()}
            told = json.loads((file.metadata() or {})["lab"])
            return Embedding(**weights, mean=np.array(told["mean"], np.float64), std=np.array(told["std"], np.float64))
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        raise StoreError(f"The checkpoint {path.name} is damaged and cannot be read. Choose another epoch, or delete the run.") from error
