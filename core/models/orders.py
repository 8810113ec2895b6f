"""In which order the patches of a square grid are read, and what reading so many costs. No torch: pages need it at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.errors import ConfigError, unknown


def rows(side: int) -> np.ndarray:
    """Row by row from the top left, as `patchify` cuts."""
    return np.arange(side * side)


def columns(side: int) -> np.ndarray:
    """Column by column from the top left."""
    return np.arange(side * side).reshape(side, side).T.ravel()  # (h, w) -> (w, h) -> (N,)


def snake(side: int) -> np.ndarray:
    """Row by row, every second row backwards: no step is longer than one patch."""
    grid = np.arange(side * side).reshape(side, side)
    grid[1::2] = grid[1::2, ::-1]
    return grid.ravel()


def hilbert(side: int) -> np.ndarray:
    """Along Hilbert's curve (1891): steps of one patch, and each quarter of the image is a quarter of the sequence.

    Raises ConfigError unless the side is a power of two.
    """
    if side < 1 or side & (side - 1):
        raise ConfigError(f"Hilbert's curve fills grids of 1, 2, 4, 8, ... patches a side, not of {side}: choose another order.")
    curve = np.zeros((1, 2), np.int64)  # (row, column) of each place
    for size in (2**level for level in range(side.bit_length() - 1)):
        # Four copies: transposed, two as they are, and one mirrored at the other diagonal, so that ends meet.
        first, last = curve[:, ::-1], size - 1 - curve[:, ::-1]
        right, down = np.array([0, size]), np.array([size, 0])
        curve = np.concatenate((first, curve + right, curve + right + down, last + down))
    return curve @ [side, 1]  # (N, 2) -> (N,)


def shuffled(side: int) -> np.ndarray:
    """At random, but always in the same order (NumPy's PCG64 with seed 0)."""
    return np.random.default_rng(0).permutation(side * side)


ORDERS: dict[str, Callable[[int], np.ndarray]] = {
    "rows": rows,
    "columns": columns,
    "snake": snake,
    "hilbert": hilbert,
    "random": shuffled,
}
TRAINED = "rows"  # in which every model of the lab learns to read


def scan_order(kind: str, side: int) -> np.ndarray:
    """Which patch, counted row by row, is read at each place: a permutation (N,) int64 of the N patches of a side x side grid.

    `tokens[:, order]` are tokens (B, N, C) as they are read, `[:, inverse(order)]` puts them back. Raises ConfigError for an order that
    is none of `ORDERS`, or does not fill the grid.
    """
    if kind not in ORDERS:
        raise unknown("scan order", kind, ORDERS)
    return ORDERS[kind](side)


def inverse(order: np.ndarray) -> np.ndarray:
    """At which place each patch is read: the permutation that undoes `order`, (N,) int64."""
    places = np.empty_like(order)
    places[order] = np.arange(len(order))
    return places


@dataclass(frozen=True)
class ReadingCost:
    """What it costs to read an image of so many patches, per layer (and direction of a GRU, and attention head)."""

    tokens: int  # N
    values: int  # numbers in a patch, C*p*p
    gru_steps: int  # one after the other: T = N
    attention_cells: int  # weights of T tokens for T tokens, all at once; T = N + 1 with a class token


def reading(patch_size: int, *, image_size: int = 32, channels: int = 3, class_token: bool = False) -> ReadingCost:
    """The cost of patches of `patch_size`; raises ConfigError unless they divide the image."""
    if patch_size < 1 or image_size % patch_size:
        raise ConfigError(f"patch_size = {patch_size} does not divide an image of {image_size} pixels: choose one of its divisors.")
    tokens = (image_size // patch_size) ** 2
    return ReadingCost(tokens, channels * patch_size**2, tokens, (tokens + class_token) ** 2)
