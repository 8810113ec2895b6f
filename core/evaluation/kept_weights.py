"""Kept weights of a run at one of its epochs, read without torch: recurrent cells, the patch embedding, learned positions."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import StoreError
from core.models.embedding import Embedding
from core.training.runs.tensor_file import called, damaged, read_arrays

CELL = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
EMBEDDING = {"weight": "embed.project.weight", "bias": "embed.project.bias", "gain": "embed.norm.weight", "shift": "embed.norm.bias"}
POSITIONS = "positions.table"


def read_layers(path: Path) -> list[list[list[np.ndarray]]]:
    """The recurrent cells, by layer and direction (the backward one, if any, second): each weight_ih (G*H, C), weight_hh (G*H, H), bias_ih
    and bias_hh (G*H,).

    Raises StoreError when the file is missing or damaged, or holds no recurrent layer.
    """
    kept = _read(path, ["rnn.weight_ih_l0"], "recurrent layer", "an RNN, LSTM or GRU")[0]
    layers = []
    while (ending := f"_l{len(layers)}") and f"rnn.weight_ih{ending}" in kept:
        directions = [way for way in (ending, f"{ending}_reverse") if f"rnn.weight_ih{way}" in kept]
        try:
            layers.append([[kept[f"rnn.{name}{way}"].astype(np.float64) for name in CELL] for way in directions])
        except KeyError as error:
            raise damaged(path) from error
    return layers


def read_embedding(path: Path) -> Embedding:
    """The `PatchEmbed`, with the mean and deviation of the run's images.

    Raises StoreError when the file is missing or damaged, or its model has no patch embedding.
    """
    kept, about = _read(path, EMBEDDING.values(), "patch embedding", "a GRU, LSTM, RNN or ViT")
    weights = {field: kept[name].astype(np.float64) for field, name in EMBEDDING.items()}
    try:
        return Embedding(**weights, mean=np.array(about["mean"], np.float64), std=np.array(about["std"], np.float64))
    except (KeyError, ValueError) as error:
        raise damaged(path) from error


def read_positions(path: Path) -> np.ndarray:
    """The table (T, C) of learned positions, float64.

    Raises StoreError when the file is missing or damaged, or its model has no learned positions.
    """
    return _read(path, [POSITIONS], "learned positions", "a ViT that has")[0][POSITIONS].astype(np.float64)


def _read(path: Path, names: Iterable[str], what: str, models: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The arrays in the weights of an epoch, and what the file says of them. Raises StoreError when those of `names` are not among them."""
    kept, about = read_arrays(path)
    if not {*names} <= kept.keys():
        raise StoreError(f"The {called(path)} has no {what}. Choose a run of {models}.")
    return kept, about
