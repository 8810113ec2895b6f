"""Tests of positions on the models' own modules: their tables against the printed formula, and what they do to the shuffle test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.models import building
from core.models.positions import Rotary, build_positions
from core.models.transformer import Encoder
from core.probes.equivariance.shuffling import ShuffleReport, shuffle_test
from core.probes.positions.tables import position_table

TABLE_TOLERANCE = 1e-6  # tables are float32; their sines and cosines are at most 1
TURN_TOLERANCE = 1e-12  # turns are compared in float64
LAYERS = 2


@dataclass(frozen=True)
class TableReport:
    """The largest difference between what a module does to tokens and the formula, over all `entries`."""

    entries: int
    max_abs_diff: float
    tolerance: float

    @property
    def equal(self) -> bool:
        return self.max_abs_diff <= self.tolerance


def table_test(kind: str, length: int, dim: int) -> TableReport:
    """Compare the module of `kind` that models use with `position_table`, entry by entry: what is added to zeros, or what becomes of
    the pairs (1, 0). Raises ConfigError for what the kind cannot do; learned positions have no formula to compare with."""
    expected = torch.from_numpy(position_table(kind, length, dim))
    if kind == "rotary":
        actual = Rotary(dim)(torch.tensor([1.0, 0.0], dtype=torch.float64).repeat(length, dim // 2))
    else:
        actual = build_positions(kind, length, dim)(torch.zeros(1, length, dim))[0].double()
    difference = (actual - expected).abs().max().item()
    return TableReport(length * dim, difference, TURN_TOLERANCE if kind == "rotary" else TABLE_TOLERANCE)


class Placed(nn.Module):
    """Positions, then an encoder of one head, (1, T, C) -> (1, T, C): as in a ViT (`norm_first`, a LayerNorm at the end) or as in 2017."""

    def __init__(self, positions: nn.Module, dim: int, *, rotary: bool, norm_first: bool, seed: int):
        super().__init__()
        self.positions = positions
        with building(seed):
            self.encoder = Encoder(dim, 1, LAYERS, 2 * dim, norm_first=norm_first, rotary=rotary)
        self.norm = nn.LayerNorm(dim) if norm_first else nn.Identity()

    def forward(self, tokens: Tensor) -> Tensor:
        return self.norm(self.encoder(self.positions(tokens)))


def layernormed_tokens(length: int, dim: int, *, seed: int = 0) -> Tensor:
    """Tokens as a patch embedding hands them on, of mean 0 and variance 1 each, drawn by `seed`: (1, length, dim) float64."""
    drawn = torch.randn(1, length, dim, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return nn.functional.layer_norm(drawn, (dim,))


def place_test(
    kind: str,
    tokens: Tensor,
    permutation: Tensor,
    *,
    norm_first: bool = True,
    together: bool = False,
    table: np.ndarray | None = None,
    seed: int = 0,
) -> ShuffleReport:
    """The shuffle test on positions and an encoder at random weights (of `seed`), in float64: tokens (1, T, C) change places before
    positions are put in.

    With `together` each token takes its position along: the test then passes whatever the positions are, and proves nothing. Rotary ones
    cannot be taken along from outside, for attention itself puts them in. `table` (T, C): learned positions, as at the start if None.

    Raises ConfigError for what the kind cannot do (see `position_table`).
    """
    assert not (together and kind == "rotary")
    _, length, dim = tokens.shape
    known = position_table(kind, length, dim)  # raises for what the kind cannot do
    with building(seed):
        positions = build_positions(kind, length, dim).double()
    if kind == "learned":
        positions.load_state_dict({"table": torch.from_numpy(np.array(known if table is None else table, np.float64))})
    model = Placed(nn.Identity() if together else positions, dim, rotary=kind == "rotary", norm_first=norm_first, seed=seed).eval()
    read = positions(tokens).detach() if together else tokens
    return shuffle_test(model, read, permutation)
