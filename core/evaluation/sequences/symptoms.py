"""Symptoms of an encoder-decoder on inputs longer than trained: how much it writes, which positions have learned, what order is."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.decoding.greedy import greedy_batch
from core.models.seq2seq_task import Seq2Seq
from core.symbols import EOS, LONGER, PAD

BATCH = 250


def written_length(model: Seq2Seq, source: Tensor) -> float:
    """Number of symbols that greedy decoding writes before EOS, on average over a batch of sources. It is stopped where positions end."""
    limit = LONGER * model.task.max_target - 1  # BOS has one
    parts = [greedy_batch(model, part, limit=limit) for part in source.split(BATCH)]
    return sum(int(((part != PAD) & (part != EOS)).sum()) for part in parts) / len(source)


def moved_positions(model: nn.Module, start: nn.Module) -> tuple[float, float] | None:
    """Way that learned vectors of positions have moved from `start`, at most: those that training inputs and outputs have, and those
    beyond. None where positions are not learned."""
    if not isinstance(getattr(model.source_positions, "table", None), nn.Parameter):
        return None
    within, beyond = [], []
    for side, trained in (("source_positions", model.task.max_source), ("target_positions", model.task.max_target - 1)):  # EOS is not read
        moved = (getattr(model, side).table - getattr(start, side).table).abs().amax(1)  # (T,)
        within.append(moved[:trained].max().item())
        beyond.append(moved[trained:].max().item())
    return max(within), max(beyond)


@torch.no_grad()
def order_counts(model: nn.Module, source: Tensor, target: Tensor, *, seed: int = 0) -> float:
    """The largest change of the logits of `target` (B, T) when the symbols of `source` (B, S), EOS and padding apart, change places."""
    generator, shuffled = torch.Generator().manual_seed(seed), source.clone()
    for row in shuffled:
        length = int(((row != PAD) & (row != EOS)).sum())
        row[:length] = row[torch.randperm(length, generator=generator)]
    return (model(shuffled, target) - model(source, target)).abs().max().item()
