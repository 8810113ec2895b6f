"""How a token knows its place: a vector for each position, added to the tokens, or a turn of queries and keys by it."""

from __future__ import annotations

from math import isqrt

import torch
from torch import Tensor, nn

from core.errors import ConfigError, unknown


def rotary_angles(length: int, dim: int) -> Tensor:
    """pos / 10000^(2i / dim), (length, ceil(dim / 2)) float64: the angle at each position, slower from pair to pair of features."""
    position = torch.arange(length, dtype=torch.float64)[:, None]  # (length, 1)
    even = torch.arange(0, dim, 2, dtype=torch.float64)  # 2i, (ceil(dim / 2),)
    return position / 10000 ** (even / dim)


def sinusoidal_positions(length: int, dim: int) -> Tensor:
    """Sine and cosine at different frequencies, (length, dim) float32 (Vaswani et al. 2017, section 3.5).

    PE(pos, 2i) = sin(pos / 10000^(2i / dim)) and PE(pos, 2i+1) = cos(pos / 10000^(2i / dim)). An odd `dim` ends on a
    sine.
    """
    angle = rotary_angles(length, dim)
    table = torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1)  # sines and cosines alternate
    return table[:, :dim].float()


def grid_positions(length: int, dim: int) -> Tensor:
    """`sinusoidal_positions` of the row in the first half of the features and of the column in the second, (length, dim) float32.

    The tokens are a square grid in reading order, with or without a class token before it; that has no place: zeros. Raises ConfigError
    for any other length.
    """
    side = isqrt(length) if isqrt(length) ** 2 == length else isqrt(length - 1)
    lead = length - side**2  # 1 with a class token
    if not side or lead > 1:
        raise ConfigError(f"Positions in a grid need a square number of tokens, with or without a class token: {length} is neither.")
    rows, columns = sinusoidal_positions(side, dim - dim // 2), sinusoidal_positions(side, dim // 2)  # (side, dim / 2) each
    grid = torch.cat((rows.repeat_interleave(side, 0), columns.repeat(side, 1)), dim=1)  # (side^2, dim)
    return torch.cat((grid.new_zeros(lead, dim), grid))


class FixedPositions(nn.Module):
    """Add a table (T, C) that is not learned to (B, T, C) tokens."""

    def __init__(self, table: Tensor):
        super().__init__()
        self.register_buffer("table", table, persistent=False)

    def forward(self, tokens: Tensor) -> Tensor:
        return tokens + self.table  # (B, T, C) + (T, C)


class IndexPositions(FixedPositions):
    """Add the index itself, 0 to T - 1, to every feature: the naive way. Late tokens drown in it."""

    def __init__(self, length: int, dim: int):
        super().__init__(torch.arange(length, dtype=torch.float32)[:, None].expand(length, dim).clone())


class GridPositions(FixedPositions):
    """Add `grid_positions`: sine and cosine of row and column."""

    def __init__(self, length: int, dim: int):
        super().__init__(grid_positions(length, dim))


class SinusoidalPositions(FixedPositions):
    """Add `sinusoidal_positions`."""

    def __init__(self, length: int, dim: int):
        super().__init__(sinusoidal_positions(length, dim))


class LearnedPositions(nn.Module):
    """Add a learned vector for each position to (B, T, C) tokens; small at first (Dosovitskiy et al. 2020)."""

    def __init__(self, length: int, dim: int):
        super().__init__()
        self.table = nn.Parameter(torch.empty(length, dim).normal_(std=0.02))  # (T, C)

    def forward(self, tokens: Tensor) -> Tensor:
        return tokens + self.table  # (B, T, C) + (T, C)


class NoPositions(nn.Identity):
    """Leave tokens as they are: the model reads a bag of patches."""


class Rotary(nn.Module):
    """Turn queries and keys by their position (RoPE, Su et al. 2021): scores then know how far apart two tokens are.

    Features 2i and 2i+1 of a head are the coordinates of a point, which position m turns by m / 10000^(2i / D). A score, the product of
    a query at m and a key at n, then depends on m - n only. Nothing is learned. Raises ConfigError for an odd width D.
    """

    def __init__(self, head_dim: int):
        super().__init__()
        if head_dim % 2:
            raise ConfigError(f"Rotary positions turn features in pairs: a head cannot be {head_dim} wide. Choose an even width.")
        self._known: Tensor | None = None  # the angles of the last call, so that none has to be copied to the device again

    def forward(self, features: Tensor, start: int = 0) -> Tensor:
        """(..., T, D) -> (..., T, D): token t of the T is turned as position start + t. Position 0 stays as it is."""
        precise = torch.promote_types(features.dtype, torch.float32)  # bfloat16 would blur the angle
        length, dim = features.shape[-2:]
        angle = self._angles(start + length, dim, features.device, precise)[start:]  # (T, D / 2)
        x, y = features.unflatten(-1, (-1, 2)).unbind(-1)  # (..., T, D) -> twice (..., T, D / 2)
        cos, sin = angle.cos(), angle.sin()
        return torch.stack((x * cos - y * sin, x * sin + y * cos), dim=-1).flatten(-2).to(features.dtype)

    def _angles(self, length: int, dim: int, device: torch.device, dtype: torch.dtype) -> Tensor:
        """`rotary_angles` on a device: (length, D / 2)."""
        known = self._known
        if known is None or len(known) < length or (known.device, known.dtype) != (device, dtype) or known.shape[1] != dim // 2:
            self._known = known = rotary_angles(length, dim).to(device, dtype)
        return known[:length]


POSITIONS: dict[str, type[nn.Module]] = {
    "none": NoPositions,
    "learned": LearnedPositions,
    "sinusoidal": SinusoidalPositions,
    "grid": GridPositions,
    "index": IndexPositions,
    "rotary": NoPositions,  # adds nothing: attention turns its queries and keys, see `Rotary`
}


def build_positions(kind: str, length: int, dim: int) -> nn.Module:
    """The module of `POSITIONS` for `length` tokens of width `dim`; raises ConfigError if there is none."""
    if kind not in POSITIONS:
        raise unknown("positions", kind, POSITIONS)
    return POSITIONS[kind](length, dim)


def add_positions(positions: nn.Module, tokens: Tensor, start: int = 0) -> Tensor:
    """Add rows start to start + T - 1 of the table of `positions` to (B, T, C) tokens; those without a table add nothing.

    For sequences of any length up to the table's, and for decoding token by token; a module of `POSITIONS` itself adds its whole table.
    """
    table = getattr(positions, "table", None)
    return tokens if table is None else tokens + table[start : start + tokens.shape[1]]  # (B, T, C) + (T, C)
