"""Distances between tokens for a network that reads them one after the other, and what can be done at the same time."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.models import building
from core.models.gru import GRU
from core.probes.clock import WALL_CLOCK, median_seconds


@dataclass(frozen=True)
class GridReading:
    """One way to let a bidirectional GRU read a square grid of tokens."""

    sequences: int  # read at the same time
    steps: int  # one after the other, of all readings
    longest_path: int  # steps that the news of one token needs to reach the farthest other one
    updates: int  # of a hidden state, in each direction


def one_sequence(side: int) -> GridReading:
    """All tokens of a side x side grid, row by row, as one sequence."""
    return GridReading(1, side**2, side**2 - 1, side**2)


def sweeps(side: int) -> GridReading:
    """Every row as a sequence of its own, then every column (Visin et al. 2015)."""
    return GridReading(side, 2 * side, 2 * (side - 1), 2 * side**2)


def reached(side: int, *, columns_too: bool, row: int = 0, column: int = 0, seed: int = 0) -> Tensor:
    """Outputs that depend on one token, after a sweep along the rows, and one along the columns if `columns_too`: (side, side) bool.

    Measured: a token's input is changed, and an output that moves at all depends on it. Random weights, float64.
    """
    generator = torch.Generator().manual_seed(seed)
    grid = torch.randn(2, side, side, 4, generator=generator, dtype=torch.float64)
    grid[1] = grid[0]
    grid[1, row, column] += 1.0
    along_rows, along_columns = (_reader(4, seed + turn) for turn in range(2))
    with torch.no_grad():
        states = along_rows.sweep(grid)  # (2, h, w, 4)
        if columns_too:
            states = along_columns.sweep(states, columns=True)
    return (states[0] != states[1]).any(-1)


def _reader(width: int, seed: int) -> GRU:
    """A bidirectional GRU from `width` to `width` features whose states keep half of what they were, in float64."""
    generator = torch.Generator().manual_seed(seed)
    gru = GRU(width, width // 2, bidirectional=True, batch_first=True, dtype=torch.float64)
    for parameter in gru.parameters():
        nn.init.normal_(parameter, std=0.5, generator=generator)
    return gru


def reading_times(side: int = 16, width: int = 64, images: int = 16, rounds: int = 5) -> tuple[float, float]:
    """Seconds that nn.GRU takes, forward and backward, for the tokens of `images` images: as one sequence each, and row by row.

    Both have the same weights and so many updates of a state; medians of `rounds` in turn, after one that does not count.
    """
    with building(0):
        gru = nn.GRU(width, width // 2, bidirectional=True, batch_first=True)
    tokens = torch.randn(images, side * side, width, generator=torch.Generator().manual_seed(0))
    rows = tokens.view(images * side, side, width)

    def there_and_back(sequences: Tensor) -> None:
        gru(sequences)[0].sum().backward()

    whole, by_rows = median_seconds(lambda: there_and_back(tokens), lambda: there_and_back(rows), rounds=rounds, clock=WALL_CLOCK)
    return whole, by_rows
