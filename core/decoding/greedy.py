"""Greedy decoding: always the most probable token. Sampled decoding: a token drawn by its probability."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from core.decoding.prefix import as_numbers, begin, most_tokens
from core.decoding.records import Decoded, Step
from core.errors import ConfigError
from core.models.seq2seq_task import Seq2Seq
from core.symbols import BOS, EOS, PAD


def greedy(model: Seq2Seq, source: Tensor, *, limit: int | None = None, cached: bool = True) -> Decoded:
    """The output for one source, (S,) tokens or (S, 3, P, P) images, by the most probable token at every step.

    Up to EOS, or `limit` tokens (default: what the longest target of the task has). With or without a cache the same tokens come out.
    """
    return _write(model, source, limit, cached, lambda log_probs: (np.exp(log_probs), int(log_probs.argmax())))


def sampled(
    model: Seq2Seq,
    source: Tensor,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    seed: int = 0,
    limit: int | None = None,
    cached: bool = True,
) -> Decoded:
    """The output for one source as in `greedy`, but every token is drawn by its probability, from a generator of its own.

    p ~ p^(1 / temperature): below 1 the probable becomes more probable, above 1 all become more alike. With `top_k` only the k most
    probable may be drawn (Fan et al. 2018); with 1 it is greedy decoding. Raises ConfigError for a temperature or a k that is not above 0.
    """
    if not (temperature > 0 and np.isfinite(temperature)):
        raise ConfigError(f"temperature = {temperature:g} is not possible: choose a number above 0, or greedy decoding.")
    if top_k is not None and top_k < 1:
        raise ConfigError(f"top_k = {top_k} leaves nothing to draw from: choose 1 or more.")
    generator = np.random.default_rng(seed)

    def draw(log_probs: np.ndarray) -> tuple[np.ndarray, int]:
        share = sharpened(log_probs, temperature, top_k)
        return share, min(int(np.searchsorted(share.cumsum(), generator.random(), side="right")), int(share.nonzero()[0][-1]))

    return _write(model, source, limit, cached, draw)


def sharpened(log_probs: np.ndarray, temperature: float = 1.0, top_k: int | None = None) -> np.ndarray:
    """exp(log_probs / temperature) of the `top_k` largest alone, divided by their sum: (V,) probabilities. Of equals the first stay."""
    logs = log_probs / temperature
    if top_k is not None:
        logs[np.argsort(-log_probs, kind="stable")[top_k:]] = -np.inf
    share = np.exp(logs - logs.max())
    return share / share.sum()


@torch.no_grad()
def greedy_batch(model: Seq2Seq, source: Tensor, *, limit: int | None = None, cached: bool = True) -> Tensor:
    """The outputs of `greedy` for a batch of sources, (B, T) int64 with EOS, without BOS, PAD after EOS; T as long as the longest needs."""
    prefix, most = begin(model, source, cached=cached), most_tokens(model, limit)
    token = torch.full((len(source),), BOS, device=source.device)
    ended, written = torch.zeros_like(token, dtype=torch.bool), []
    while len(written) < most and not bool(ended.all()):
        log_probs, prefix = prefix.after(token)
        token = log_probs.argmax(-1).masked_fill(ended, PAD)  # (B, V) -> (B,)
        ended = ended | (token == EOS)
        written.append(token)
    return torch.stack(written, 1) if written else token.new_empty(0, 0)


@torch.no_grad()
def _write(
    model: Seq2Seq, source: Tensor, limit: int | None, cached: bool, choose: Callable[[np.ndarray], tuple[np.ndarray, int]]
) -> Decoded:
    """Token after token as `choose` takes them: of (V,) log-probabilities, the probabilities that it chose from, and what it chose."""
    most, prefix = most_tokens(model, limit), begin(model, source[None], cached=cached)
    steps: list[Step] = []
    token = BOS
    while len(steps) < most and token != EOS:
        log_probs, prefix = prefix.after(torch.tensor([token], device=source.device))
        logs = as_numbers(log_probs)[0]
        chosen_from, token = choose(logs)
        steps.append(Step(token, logs, chosen_from))
    return Decoded(tuple(steps), most)
