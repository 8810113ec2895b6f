"""nn.TransformerEncoderLayer as the counterpart of an unrolled recurrent cell: the same shapes in and out, another way in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Counterpart:
    """A layer from torch.nn and what it makes of a batch of sequences, measured."""

    name: str
    taken: tuple[int, ...]  # shape of what goes in, (B, T, C)
    given: tuple[int, ...]  # of what comes out
    parameters: int
    in_a_row: int  # steps that wait for each other
    seen: tuple[int, ...]  # of how many tokens the first, the middle and the last output depend


def counterparts(batch: int = 4, length: int = 100, width: int = 64, heads: int = 4) -> tuple[Counterpart, ...]:
    """Run nn.GRU in one and in both directions (of half the width each) and nn.TransformerEncoderLayer on the same random tokens (B, T, C).

    All have `batch_first=True`, C = H = `width`, random weights in float64, and are in eval mode.
    """
    generator = torch.Generator().manual_seed(0)
    tokens = torch.randn(batch, length, width, generator=generator, dtype=torch.float64)
    both = nn.GRU(width, width // 2, bidirectional=True, batch_first=True)
    layers: dict[str, tuple[nn.Module, int]] = {
        f"nn.GRU({width}, {width})": (nn.GRU(width, width, batch_first=True), length),
        f"nn.GRU({width}, {width // 2}, bidirectional=True)": (both, length),
        f"nn.TransformerEncoderLayer({width}, {heads})": (nn.TransformerEncoderLayer(width, heads, batch_first=True), 1),
    }
    for layer, _ in layers.values():
        for parameter in layer.double().eval().parameters():
            nn.init.normal_(parameter, std=width**-0.5, generator=generator)
    return tuple(_counterpart(name, layer, steps, tokens) for name, (layer, steps) in layers.items())


def _counterpart(name: str, layer: nn.Module, steps: int, tokens: Tensor) -> Counterpart:
    def run(tokens: Tensor) -> Tensor:
        output = layer(tokens)
        return output[0] if isinstance(output, tuple) else output

    with torch.no_grad():
        given = run(tokens)
    length = tokens.shape[1]
    seen = tuple(tokens_seen(run, tokens[:1], place) for place in (0, length // 2 - 1, length - 1))
    return Counterpart(name, tuple(tokens.shape), tuple(given.shape), sum(p.numel() for p in layer.parameters()), steps, seen)


def tokens_seen(run: Callable[[Tensor], Tensor], tokens: Tensor, place: int) -> int:
    """Number of tokens of one sequence (1, T, C) that the output at `place` depends on: those with a gradient that is not exactly 0."""
    tokens = tokens.detach().requires_grad_()
    outputs = run(tokens)[0, place]  # (H,)
    (gradient,) = torch.autograd.grad((outputs * torch.arange(1.0, len(outputs) + 1)).sum(), tokens)
    return int((gradient[0] != 0).any(dim=-1).sum())
