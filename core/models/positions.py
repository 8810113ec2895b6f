"""How a token knows its place: a vector for each position, added to the tokens."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.errors import unknown


def sinusoidal_positions(length: int, dim: int) -> Tensor:
    """Sine and cosine at different frequencies, (length, dim) float32 (Vaswani et al. 2017, section 3.5).

    PE(pos, 2i) = sin(pos / 10000^(2i / dim)) and PE(pos, 2i+1) = cos(pos / 10000^(2i / dim)). An odd `dim` ends on a
    sine.
    """
    position = torch.arange(length, dtype=torch.float64)[:, None]  # (length, 1)
    even = torch.arange(0, dim, 2, dtype=torch.float64)  # 2i, (ceil(dim / 2),)
    angle = position / 10000 ** (even / dim)  # (length, ceil(dim / 2))
    table = torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1)  # sines and cosines alternate
    return table[:, :dim].float()


class SinusoidalPositions(nn.Module):
    """Add fixed `sinusoidal_positions` to (B, T, C) tokens."""

    def __init__(self, length: int, dim: int):
        super().__init__()
        self.register_buffer("table", sinusoidal_positions(length, dim), persistent=False)  # (T, C)

    def forward(self, tokens: Tensor) -> Tensor:
        return tokens + self.table  # (B, T, C) + (T, C)


class LearnedPositions(nn.Module):
    """Add a learned vector for each position to (B, T, C) tokens; small at first (Dosovitskiy et al. 2020)."""

    def __init__(self, length: int, dim: int):
        super().__init__()
        self.table = nn.Parameter(torch.empty(length, dim).normal_(std=0.02))  # (T, C)

    def forward(self, tokens: Tensor) -> Tensor:
        return tokens + self.table  # (B, T, C) + (T, C)


class NoPositions(nn.Identity):
    """Leave tokens as they are: the model reads a bag of patches."""


POSITIONS: dict[str, type[nn.Module]] = {
    "none": NoPositions,
    "learned": LearnedPositions,
    "sinusoidal": SinusoidalPositions,
}


def build_positions(kind: str, length: int, dim: int) -> nn.Module:
    """The module of `POSITIONS` for `length` tokens of width `dim`; raises ConfigError if there is none."""
    if kind not in POSITIONS:
        raise unknown("positions", kind, POSITIONS)
    return POSITIONS[kind](length, dim)
