"""Steps that the news of one token takes to another one: along the sequence in a recurrent network, straight there in attention."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from core.errors import unknown

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

WAYS = ("recurrent", "bidirectional", "attention")
NEVER = -1


def path_lengths(way: str, length: int) -> np.ndarray:
    """Steps from token i to the output of token j, (2T - 1,) int16 at [j - i + T - 1]: it depends on nothing but their distance.

    A step hands something from one position to another. A recurrent network hands its state to the next position: j - i steps, and none
    lead backwards (-1). One in both directions has a state for each: |i - j|. In attention every token reads every other: 1, in each layer.
    (Vaswani et al. 2017, table 1, of one layer.) Raises ConfigError for an unknown way.
    """
    ahead = np.arange(1 - length, length, dtype=np.int16)  # j - i
    if way == "recurrent":
        return np.where(ahead < 0, np.int16(NEVER), ahead)
    if way == "bidirectional":
        return np.abs(ahead)
    if way == "attention":
        return (ahead != 0).astype(np.int16)
    raise unknown("way of reading", way, WAYS)


def measured_paths(way: str, length: int, *, seed: int = 0) -> Tensor:
    """The same, measured: (T, T) int64, row i the token that is changed, column j the output that is looked at; -1 where it never moves.

    All positions compute at the same time, from what their neighbours (or all, in attention) had a round before: after the k-th round an
    output can know of what is k steps away. Random weights, float64; an output that moves at all depends on the token.
    """
    import torch

    generator = torch.Generator().manual_seed(seed)
    tokens = torch.randn(length, 4, generator=generator, dtype=torch.float64)  # (T, C)
    round_of = _rounds(way, generator)
    change = torch.randn(4, generator=generator, dtype=torch.float64)  # the same for all features would not get past a LayerNorm
    plain = _outputs(round_of, tokens)  # a round each, (T, H)
    rounds = torch.full((length, length), NEVER)
    for i in range(length):
        changed = tokens.clone()
        changed[i] += change
        for k, (one, other) in enumerate(zip(plain, _outputs(round_of, changed), strict=True)):
            moved = (one != other).any(dim=-1)  # (T,)
            rounds[i] = torch.where(moved & (rounds[i] == NEVER), k, rounds[i])
    return rounds


def _outputs(round_of: Callable[[Tensor, Tensor | None], Tensor], tokens: Tensor) -> list[Tensor]:
    """The outputs (T, H) after each of as many rounds as there are tokens (T, C); the first knows nothing but its own token."""
    outputs = [round_of(tokens, None)]
    while len(outputs) < len(tokens):
        outputs.append(round_of(tokens, outputs[-1]))
    return outputs


def _rounds(way: str, generator: torch.Generator) -> Callable[[Tensor, Tensor | None], Tensor]:
    """One round of a network that reads in this way, with random weights: tokens and the outputs of the round before to new outputs."""
    import torch
    from torch import nn

    from core.models.transformer import EncoderLayer

    def random(module: nn.Module) -> nn.Module:
        for parameter in module.parameters():
            nn.init.normal_(parameter, std=0.5, generator=generator)
        return module.double().requires_grad_(False)

    if way == "attention":
        layer = random(EncoderLayer(4, 2, 8).double())
        return lambda tokens, before: tokens if before is None else layer(before[None])[0]
    if way not in WAYS:
        raise unknown("way of reading", way, WAYS)
    directions = [(random(nn.GRUCell(4, 4).double()), shift) for shift in ((1, -1) if way == "bidirectional" else (1,))]

    def round_of(tokens: Tensor, before: Tensor | None) -> Tensor:
        states = torch.zeros(len(tokens), 4 * len(directions), dtype=tokens.dtype) if before is None else before
        parts = states.split(4, dim=-1)  # (T, H) of each direction
        return torch.cat([cell(tokens, _handed(part, shift)) for (cell, shift), part in zip(directions, parts, strict=True)], dim=-1)

    return round_of


def _handed(states: Tensor, shift: int) -> Tensor:
    """What each position gets from its neighbour before it (`shift` 1) or after it (-1): zeros at the end where there is none."""
    handed = states.roll(shift, dims=0)
    handed[0 if shift == 1 else -1] = 0
    return handed
