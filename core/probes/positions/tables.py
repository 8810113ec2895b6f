"""Tables of positions: each number of them taken apart, how like places are, and how loud beside a token.

In NumPy and float64, written apart from core/models/positions.py: a page shows them before torch is loaded, and
`core.probes.positions.placing.table_test` compares the two. Positions count from 0; in a sequence of n^2 + 1 tokens the first is the class
token.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from math import isqrt

import numpy as np

from core.errors import ConfigError, unknown

KINDS = ("none", "index", "sinusoidal", "learned", "grid", "rotary")
MOST_TOKENS, MOST_WIDTH = 257, 128
LEARNED_STD = 0.02  # of learned positions at the start (Dosovitskiy et al. 2020)


def check_size(length: int, dim: int) -> None:
    """Raise ConfigError for sizes whose tables cannot be shown, with the reason."""
    if length < 1:
        raise ConfigError("Without a token there is no position: choose at least 1.")
    if dim < 2:
        raise ConfigError(f"LayerNorm takes the mean out of a token, and of {dim} feature nothing is left: choose at least 2.")
    if length > MOST_TOKENS:
        raise ConfigError(
            f"Of {length:,} tokens every one is compared with every other, {length**2:,} cells, more than a figure has pixels: choose at "
            f"most {MOST_TOKENS}, as many as the unit's ViT reads (16 × 16 patches and a class token)."
        )
    if dim > MOST_WIDTH:
        raise ConfigError(
            f"{dim:,} features are more columns than a figure shows, and the shuffle test, whose time grows with their square, would not "
            f"answer at once: choose at most {MOST_WIDTH}."
        )


def grid_of(length: int) -> tuple[int, int] | None:
    """The side of the square grid that `length` tokens are, and how many stand before it: 1 with a class token; None for no square."""
    side = isqrt(length)
    if side**2 == length:
        return side, 0
    side = isqrt(length - 1)
    return (side, 1) if side and side**2 == length - 1 else None


@dataclass(frozen=True)
class Entry:
    """One number of a table, taken apart: the place that counts (a position, row or column), the pair of features and its angle."""

    value: float
    place: int
    angle: float | None  # place / 10000^(2i / dim); None where no sine or cosine is taken
    formula: str  # with the numbers in it


def position_entry(kind: str, position: int, feature: int, length: int, dim: int, value: float = 0.0) -> Entry:
    """The number that `kind` puts at `position` and `feature`, by its printed formula (Vaswani et al. 2017; Su et al. 2021 for "rotary").

    Of rotary positions, which are no table, it is what the turn makes of the pair (1, 0). Learned ones have no formula: give their
    `value`. Raises ConfigError for an unknown kind and for what the kind cannot do (see `position_table`).
    """
    _check_kind(kind, length, dim)
    name = f"PE({position}, {feature})"
    if kind == "none":
        return Entry(0.0, position, None, f"{name} = 0: nothing is added")
    if kind == "index":
        return Entry(float(position), position, None, f"{name} = pos = {position}")
    if kind == "learned":
        return Entry(value, position, None, f"{name} = {number(value)}: learned, there is no formula")
    if kind == "rotary":
        return _turn(position, feature, dim)
    if kind == "sinusoidal":
        return _wave(name, position, str(position), feature, dim)
    side, lead = grid_of(length)
    if position < lead:
        return Entry(0.0, position, None, f"{name} = 0: the class token has no place in the grid")
    row, column = divmod(position - lead, side)
    wide = dim - dim // 2
    if feature < wide:
        return _wave(name, row, f"row {row}", feature, wide)
    return _wave(name, column, f"column {column}", feature - wide, dim // 2)


def _wave(name: str, place: int, index: str, feature: int, dim: int) -> Entry:
    """sin or cos of place / 10000^(2i / dim)."""
    even = feature - feature % 2
    angle = place / 10000 ** (even / dim)
    wave, value = ("cos", math.cos(angle)) if feature % 2 else ("sin", math.sin(angle))
    return Entry(value, place, angle, f"{name} = {wave}({index} / 10000^({even}/{dim})) = {wave}({number(angle)}) = {number(value)}")


def _turn(position: int, feature: int, dim: int) -> Entry:
    """The turn of the pair that `feature` belongs to."""
    even = feature - feature % 2
    angle = position / 10000 ** (even / dim)
    cos, sin = math.cos(angle), math.sin(angle)
    made = f"(x, y) → ({number(cos)} x {_plus(-sin)} y, {number(sin)} x {_plus(cos)} y)"
    return Entry(sin if feature % 2 else cos, position, angle, f"angle {position} / 10000^({even}/{dim}) = {number(angle)}: {made}")


def number(value: float) -> str:
    """A number of four decimals with a proper minus, and none before zero."""
    return f"{value:z.4f}".replace("-", "−")


def _plus(value: float) -> str:
    text = number(value)
    return f"− {text[1:]}" if text.startswith("−") else f"+ {text}"


def _check_kind(kind: str, length: int, dim: int) -> None:
    if kind not in KINDS:
        raise unknown("positions", kind, KINDS)
    if kind == "grid" and grid_of(length) is None:
        below = isqrt(length)
        raise ConfigError(
            f"Positions in a grid need a square number of tokens, with or without a class token: {length} is neither. Choose "
            f"{below**2} or {below**2 + 1}, {(below + 1) ** 2} or {(below + 1) ** 2 + 1}."
        )
    if kind == "rotary" and dim % 2:
        raise ConfigError(f"Rotary positions turn features in pairs: a head cannot be {dim} wide. Choose an even width, such as {dim + 1}.")


def position_table(kind: str, length: int, dim: int, *, seed: int = 0) -> np.ndarray:
    """Table of positions of a `kind`, (length, dim) float64; see `position_entry`. Learned ones are as at the start, drawn by `seed`.

    Raises ConfigError for an unknown kind, for a grid of tokens that are no square, and for rotary positions of an odd width.
    """
    _check_kind(kind, length, dim)
    place = np.arange(length, dtype=np.float64)
    if kind == "none":
        return np.zeros((length, dim))
    if kind == "index":
        return np.repeat(place[:, None], dim, axis=1)
    if kind == "learned":
        return np.random.default_rng(seed).normal(0.0, LEARNED_STD, (length, dim))
    if kind == "sinusoidal":
        return _waves(place, dim)
    if kind == "rotary":
        return _waves(place, dim)[:, np.arange(dim) ^ 1]  # cosine before sine: (1, 0) turned
    side, lead = grid_of(length)
    row, column = np.divmod(np.arange(side**2), side)
    grid = np.concatenate((_waves(row, dim - dim // 2), _waves(column, dim // 2)), axis=1)
    return np.concatenate((np.zeros((lead, dim)), grid))


def _waves(place: np.ndarray, dim: int) -> np.ndarray:
    """Sine and cosine alternating, (T,) -> (T, dim)."""
    feature = np.arange(dim)
    angle = place[:, None] * 10000.0 ** (-(feature - feature % 2) / max(dim, 1))  # (T, dim)
    return np.where(feature % 2, np.cos(angle), np.sin(angle))


def similarity(table: np.ndarray) -> np.ndarray:
    """The cosine of the angle between every two positions of a table (T, C), (T, T) in -1..1; 0 where one of them is zero.

    Of rotary positions: the score of a query and a key that are both (1, 0, 1, 0, ...), as a share of that at distance 0.
    """
    norms = np.linalg.norm(table, axis=1, keepdims=True)  # (T, 1)
    unit = np.divide(table, norms, out=np.zeros_like(table), where=norms > 0)
    return np.clip(unit @ unit.T, -1.0, 1.0)


def distance_gap(like: np.ndarray) -> float:
    """Largest difference of similarities (T, T) of pairs at the same signed distance: 0 where only the distance counts."""
    length = len(like)
    return max(float(np.ptp(np.diagonal(like, offset))) for offset in range(1 - length, length))


@dataclass(frozen=True)
class Loudness:
    """Length of the vector of a position beside that of a token out of LayerNorm, whose mean is 0 and variance 1: sqrt(C)."""

    first: float  # of position 0
    last: float  # of the last position
    largest: float
    left: float  # the largest again when each vector's own mean is taken out, as the next LayerNorm does
    token: float

    @property
    def ratio(self) -> float:
        """Length of the longest position, in lengths of a token."""
        return self.largest / self.token


def loudness(table: np.ndarray) -> Loudness:
    """The norms of a table (T, C)."""
    norms = np.linalg.norm(table, axis=1)  # (T,)
    centred = np.linalg.norm(table - table.mean(axis=1, keepdims=True), axis=1)
    return Loudness(float(norms[0]), float(norms[-1]), float(norms.max()), float(centred.max()), math.sqrt(table.shape[1]))
