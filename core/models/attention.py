"""Scaled dot-product attention by hand, and with several heads (Vaswani et al. 2017)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.errors import ConfigError
from core.models.dropout import Dropout
from core.models.positions import Rotary
from core.other_names import also_named


@dataclass(frozen=True, eq=False)
class AttentionStages:
    """Every step of one attention, from the queries to the output."""

    scores: Tensor  # q k^T, (..., T, S)
    scaled: Tensor  # by 1 / sqrt(D), or by the scale asked for
    masked: Tensor  # what may not be read has the lowest finite number
    weights: Tensor  # softmax along S: rows sum to 1, those without anything to read to 0
    output: Tensor  # weights v, (..., T, E)


def attention_stages(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None, *, scale: float | None = None) -> AttentionStages:
    """softmax(q k^T / sqrt(D)) v step by step: (..., T, D), (..., S, D), (..., S, E).

    `mask` is boolean and broadcasts to the weights: True may be read, False gets weight exactly 0 (as in
    F.scaled_dot_product_attention; a row of False is all 0). `scale` replaces 1 / sqrt(D). Raises ConfigError for a mask of other things.
    """
    if mask is not None and mask.dtype != torch.bool:
        raise ConfigError(f"A mask says True where reading is allowed, and this one is {mask.dtype}: compare it, as in mask == 0.")
    scores = q @ k.transpose(-2, -1)  # (..., T, D) @ (..., D, S) -> (..., T, S)
    scaled = scores / math.sqrt(q.shape[-1]) if scale is None else scores * scale
    if mask is None:
        masked, weights = scaled, scaled.softmax(dim=-1)
    else:
        # The lowest finite number, not -inf: a row without anything to read would make NaN, in the gradient too.
        masked = scaled.masked_fill(~mask, torch.finfo(scaled.dtype).min)
        weights = masked.softmax(dim=-1).masked_fill(~mask, 0.0)
    return AttentionStages(scores, scaled, masked, weights, weights @ v)  # (..., T, S) @ (..., S, E) -> (..., T, E)


@also_named(query="q", key="k", value="v", attn_mask="mask")
def scaled_dot_product_attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """The output (..., T, E) and the weights (..., T, S) of `attention_stages`: a pair, where F's function of this name gives the output.

    Row t of the weights says how much token t reads from each of the S tokens; rows sum to 1. Scaled by the size of a key, not by the
    number of tokens.
    """
    stages = attention_stages(q, k, v, mask)
    return stages.output, stages.weights


class Attend(nn.Module):
    """`scaled_dot_product_attention` without the weights, by PyTorch's fused kernel: on a CPU about six times as fast.

    The place to look inside: a forward hook gets q, k, v and mask as its arguments, and
    `scaled_dot_product_attention(*args)[1]` gives the weights, without the dropout that makes rows not sum to 1.
    """

    def __init__(self, dropout: float = 0.0):
        super().__init__()
        self.dropout = Dropout(dropout)

    def forward(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        if self.training and self.dropout.p > 0:  # the fused kernel would draw from the global generator
            _, weights = scaled_dot_product_attention(q, k, v, mask)
            return self.dropout(weights) @ v  # (..., T, S) @ (..., S, E) -> (..., T, E)
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)


class MultiHeadAttention(nn.Module):
    """`num_heads` attentions in parallel, each on D = embed_dim / num_heads dimensions, joined by one linear layer.

    Raises ConfigError if `num_heads` does not divide `embed_dim`. `mask` (T, S) or (B, 1, T, S), True where reading is
    allowed. With `rotary`, queries and keys are turned by their positions, before `attend` gets them; D must then be even.
    """

    def __init__(self, embed_dim: int, num_heads: int, dropout: float = 0.0, *, rotary: bool = False):
        super().__init__()
        if num_heads < 1 or embed_dim % num_heads:
            possible = ", ".join(str(n) for n in range(1, min(embed_dim, 16) + 1) if embed_dim % n == 0)
            raise ConfigError(f"num_heads = {num_heads} does not divide embed_dim = {embed_dim}: choose one of {possible}.")
        self.num_heads = num_heads
        self.query = nn.Linear(embed_dim, embed_dim)
        self.key = nn.Linear(embed_dim, embed_dim)
        self.value = nn.Linear(embed_dim, embed_dim)
        self.rotary = Rotary(embed_dim // num_heads) if rotary else None
        self.attend = Attend(dropout)
        self.output = nn.Linear(embed_dim, embed_dim)
        for linear in (self.query, self.key, self.value, self.output):
            nn.init.xavier_uniform_(linear.weight)
            nn.init.zeros_(linear.bias)

    @also_named(query="tokens", key="memory")
    def forward(
        self, tokens: Tensor, memory: Tensor | None = None, value: Tensor | None = None, mask: Tensor | None = None, **others: Any
    ) -> Tensor:
        """(B, T, C) tokens read from themselves, or from `memory` (B, S, C) if given; returns (B, T, C).

        As in nn.MultiheadAttention the three may be named `query`, `key` and `value`; in place of `value` a mask may stand. Raises
        ConfigError for a mask of other things than True and False, and for sizes that do not fit.
        """
        if others:
            raise ConfigError(
                f"This attention takes no {' or '.join(others)}, but a mask, True where reading is allowed; in nn.MultiheadAttention True "
                "is where it is forbidden: write mask=~attn_mask."
            )
        if value is not None and value.dtype == torch.bool:
            value, mask = None, value
        source = tokens if memory is None else memory
        value = source if value is None else value
        self._check(tokens, source, value, mask)
        keys, values = self.keys_values(source)
        return self.read(tokens, keys, values if value is source else self._split(self.value(value)), mask)

    def _check(self, tokens: Tensor, source: Tensor, value: Tensor, mask: Tensor | None) -> None:
        """Raise ConfigError for what cannot be read, or would be read without sense."""
        if value.shape != source.shape or (mask is not None and mask.dtype != torch.bool):
            raise ConfigError(
                f"Write attention(query, key, value, mask=mask): a mask says True where reading is allowed, and keys and values have one "
                f"shape; these are {tuple(source.shape)} and {tuple(value.shape)}."
            )
        for part in (tokens, source):
            if part.ndim != 3 or part.shape[-1] != self.query.in_features:
                wanted = f"(B, T, {self.query.in_features})"
                raise ConfigError(f"This attention reads tokens {wanted}, a batch of sequences, and these are {tuple(part.shape)}.")

    def keys_values(self, source: Tensor, start: int = 0) -> tuple[Tensor, Tensor]:
        """What (B, S, C) tokens offer to be read: keys and values, (B, heads, S, D) each. The first stands at position `start`."""
        k, v = self._split(self.key(source)), self._split(self.value(source))
        return (k if self.rotary is None else self.rotary(k, start)), v  # not v: what is read does not depend on where it stood

    def read(self, tokens: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None = None, start: int = 0) -> Tensor:
        """(B, T, C) tokens, the first at position `start`, read keys and values (B, heads, S, D); returns (B, T, C)."""
        q = self._split(self.query(tokens))
        if self.rotary is not None:
            q = self.rotary(q, start)
        heads = self.attend(q, keys, values, mask)  # (B, heads, T, D), twice (B, heads, S, D) -> (B, heads, T, D)
        return self.output(heads.transpose(1, 2).flatten(2))  # -> (B, T, heads, D) -> (B, T, C)

    def _split(self, features: Tensor) -> Tensor:
        return features.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)  # (B, T, C) -> (B, heads, T, D)
