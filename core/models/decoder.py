"""The transformer's decoder (Vaswani et al. 2017): outputs so far read each other, then the encoder's memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor, nn

from core.models.attention import MultiHeadAttention
from core.models.dropout import Dropout


@dataclass(frozen=True, eq=False)
class LayerCache:
    """What a decoder layer has to read: keys and values of the tokens so far, and of the memory; never changed in place."""

    keys: Tensor  # (B, heads, t, D)
    values: Tensor
    memory_keys: Tensor  # (B, heads, S, D)
    memory_values: Tensor

    @property
    def length(self) -> int:
        """How many tokens it holds."""
        return self.keys.shape[2]

    def grown(self, keys: Tensor, values: Tensor) -> Self:
        """A cache with keys and values (B, heads, T, D) of the next tokens."""
        return replace(self, keys=torch.cat((self.keys, keys), 2), values=torch.cat((self.values, values), 2))

    def rows(self, index: Tensor) -> Self:
        """A cache of some rows of the batch, in the order of `index`, as often as it names them."""
        return type(self)(self.keys[index], self.values[index], self.memory_keys[index], self.memory_values[index])


class DecoderLayer(nn.Module):
    """Self-attention, attention to the memory and a feed-forward network, each around a residual connection with LayerNorm.

    The query of the second attention comes from the outputs so far, key and value from the memory. LayerNorm stands before each of the
    three (`norm_first`) or after the sum. Equals nn.TransformerDecoderLayer(activation="gelu", batch_first=True). `rotary` turns queries
    and keys of the self-attention alone: source and target have no common positions.
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        mlp_dim: int,
        dropout: float = 0.0,
        norm_first: bool = True,
        *,
        rotary: bool = False,
    ):
        super().__init__()
        self.norm_first = norm_first
        self.self_attention = MultiHeadAttention(embed_dim, num_heads, dropout, rotary=rotary)
        self.cross_attention = MultiHeadAttention(embed_dim, num_heads, dropout)
        self.mlp = nn.Sequential(nn.Linear(embed_dim, mlp_dim), nn.GELU(), Dropout(dropout), nn.Linear(mlp_dim, embed_dim))
        self.norm1, self.norm2, self.norm3 = nn.LayerNorm(embed_dim), nn.LayerNorm(embed_dim), nn.LayerNorm(embed_dim)
        self.dropout1, self.dropout2, self.dropout3 = Dropout(dropout), Dropout(dropout), Dropout(dropout)

    def forward(self, tokens: Tensor, memory: Tensor, mask: Tensor | None = None, memory_mask: Tensor | None = None) -> Tensor:
        """(B, T, C) tokens, all at once, and memory (B, S, C) -> (B, T, C); masks as in MultiHeadAttention."""
        return self.extend(tokens, self.start(memory), mask, memory_mask)[0]

    def start(self, memory: Tensor) -> LayerCache:
        """A cache without tokens: the memory's keys and values are made once, however many tokens follow."""
        keys, values = self.cross_attention.keys_values(memory)
        return LayerCache(keys[:, :, :0], values[:, :, :0], keys, values)

    def extend(
        self, tokens: Tensor, cache: LayerCache, mask: Tensor | None = None, memory_mask: Tensor | None = None
    ) -> tuple[Tensor, LayerCache]:
        """The next (B, T, C) tokens after those in `cache`, and the cache with them. `mask` is for T rows and all t + T columns."""
        start = cache.length
        x = self._before(self.norm1, tokens)
        cache = cache.grown(*self.self_attention.keys_values(x, start))
        x = self.self_attention.read(x, cache.keys, cache.values, mask, start)
        tokens = self._after(self.norm1, tokens + self.dropout1(x))
        x = self.cross_attention.read(self._before(self.norm2, tokens), cache.memory_keys, cache.memory_values, memory_mask)
        tokens = self._after(self.norm2, tokens + self.dropout2(x))
        x = self.mlp(self._before(self.norm3, tokens))
        return self._after(self.norm3, tokens + self.dropout3(x)), cache

    def _before(self, norm: nn.Module, tokens: Tensor) -> Tensor:
        return norm(tokens) if self.norm_first else tokens

    def _after(self, norm: nn.Module, tokens: Tensor) -> Tensor:
        return tokens if self.norm_first else norm(tokens)


class Decoder(nn.Module):
    """`num_layers` decoder layers on top of each other, (B, T, C) -> (B, T, C); every one reads the same memory."""

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        num_layers: int,
        mlp_dim: int,
        dropout: float = 0.0,
        norm_first: bool = True,
        *,
        rotary: bool = False,
    ):
        super().__init__()
        self.layers = nn.ModuleList(
            DecoderLayer(embed_dim, num_heads, mlp_dim, dropout, norm_first, rotary=rotary) for _ in range(num_layers)
        )

    def forward(self, tokens: Tensor, memory: Tensor, mask: Tensor | None = None, memory_mask: Tensor | None = None) -> Tensor:
        for layer in self.layers:
            tokens = layer(tokens, memory, mask, memory_mask)
        return tokens

    def start(self, memory: Tensor) -> tuple[LayerCache, ...]:
        """A cache without tokens for every layer."""
        return tuple(layer.start(memory) for layer in self.layers)

    def extend(
        self, tokens: Tensor, caches: tuple[LayerCache, ...], mask: Tensor | None = None, memory_mask: Tensor | None = None
    ) -> tuple[Tensor, tuple[LayerCache, ...]]:
        """The next (B, T, C) tokens through every layer, and the caches with them."""
        grown = []
        for layer, cache in zip(self.layers, caches, strict=True):
            tokens, cache = layer.extend(tokens, cache, mask, memory_mask)
            grown.append(cache)
        return tokens, tuple(grown)
