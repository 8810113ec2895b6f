"""What has been written so far, and what may follow: with a cache of what was computed, or computed anew from the first token on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
import torch
from torch import Tensor, nn

from core.errors import NOT_FINITE, ConfigError, DataError
from core.models.seq2seq_task import Seq2Seq
from core.symbols import LONGER


class Prefix(Protocol):
    """Beginnings of B outputs."""

    def after(self, token: Tensor) -> tuple[Tensor, Self]:
        """Log-probabilities (B, V) float64 of what follows once `token` (B,) is written, too, and the longer beginnings."""

    def rows(self, index: Tensor) -> Self:
        """Some of the beginnings, in the order of `index`, as often as it names them."""


@dataclass(frozen=True, eq=False)
class Cached:
    """A step costs one token: the model keeps what it made of those before."""

    model: Seq2Seq
    cache: Any

    def after(self, token: Tensor) -> tuple[Tensor, Self]:
        logits, cache = self.model.step(token, self.cache)
        return logits.double().log_softmax(-1), type(self)(self.model, cache)

    def rows(self, index: Tensor) -> Self:
        return type(self)(self.model, self.cache.rows(index))


@dataclass(frozen=True, eq=False)
class Recomputed:
    """A step costs all tokens so far: the model decodes them as it does in training, and only the last row counts."""

    model: Seq2Seq
    memory: Any
    tokens: Tensor  # (B, t)

    def after(self, token: Tensor) -> tuple[Tensor, Self]:
        tokens = torch.cat((self.tokens, token[:, None]), 1)  # (B, t) -> (B, t + 1)
        logits = self.model.decode(tokens, self.memory)[:, -1]  # (B, t + 1, V) -> (B, V)
        return logits.double().log_softmax(-1), type(self)(self.model, self.memory, tokens)

    def rows(self, index: Tensor) -> Self:
        return type(self)(self.model, self.memory.rows(index), self.tokens[index])


def begin(model: Seq2Seq, source: Tensor, *, cached: bool) -> Prefix:
    """Nothing written yet for a batch of sources, which are encoded here, once.

    Raises ConfigError for a model in train mode, in which dropout would make every step another model's.
    """
    if isinstance(model, nn.Module) and model.training:
        raise ConfigError("The model is in train mode, in which dropout changes every step. Call model.eval() first.")
    memory = model.encode(source)
    if cached:
        return Cached(model, model.start(memory))
    return Recomputed(model, memory, torch.zeros(len(source), 0, dtype=torch.int64, device=source.device))


def as_numbers(log_probs: Tensor) -> np.ndarray:
    """Log-probabilities as an array; raises DataError where they are not numbers."""
    found = log_probs.cpu().numpy()
    if np.isnan(found).any():
        raise DataError(NOT_FINITE)
    return found


def most_tokens(model: Seq2Seq, limit: int | None) -> int:
    """How many tokens may be written at most, EOS counted: `limit`, or what the longest target of the task has after BOS.

    There must be an end: a model that has not learned to write EOS would go on for ever. Raises ConfigError for a limit below 1 or beyond
    what the positions reach.
    """
    if limit is None:
        return model.task.max_target - 1
    most = LONGER * model.task.max_target
    if not 1 <= limit <= most:
        raise ConfigError(f"At most {limit:,} tokens are no limit here: choose 1 to {most:,}, as far as positions reach.")
    return limit
