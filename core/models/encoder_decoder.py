"""The transformer as a whole (Vaswani et al. 2017): an encoder that reads, and a decoder that writes one token after the other."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.errors import ConfigError
from core.models.decoder import Decoder, LayerCache
from core.models.dropout import Dropout
from core.models.logits import Logits
from core.models.masks import Mask, mask_named, padding_mask
from core.models.positions import add_positions, build_positions
from core.models.seq2seq_configs import EncoderDecoderConfig
from core.models.seq2seq_ends import Memory, check_length, check_source, source_embedding, source_padding, token_embedding
from core.models.seq2seq_task import Seq2SeqTask
from core.models.transformer import Encoder
from core.symbols import LONGER, PAD


@dataclass(frozen=True, eq=False)
class DecoderCache:
    """What decoding token by token keeps: the tokens so far, and for each layer the keys and values of both."""

    tokens: Tensor  # (B, t)
    memory: Memory
    layers: tuple[LayerCache, ...]  # empty where every step computes the whole prefix again

    def rows(self, index: Tensor) -> Self:
        """The cache of some rows of the batch, in the order of `index`, as often as it names them."""
        return type(self)(self.tokens[index], self.memory.rows(index), tuple(layer.rows(index) for layer in self.layers))


class TransformerEnds(nn.Module):
    """Embeddings, positions, masks and output layer around a transformer; a subclass has `read` and `write` between them.

    Embeddings are scaled by sqrt(C) where sine and cosine are added, which are of size 1 (Vaswani et al. 2017, section 3.4); other
    positions are as small as embeddings are. With `tie` logits are products with the target embedding, without a bias; with `share` both
    sides have one embedding. Raises ConfigError for `share` with images as the source.
    """

    def __init__(self, task: Seq2SeqTask, config: EncoderDecoderConfig):
        super().__init__()
        if config.share and task.image_size:
            raise ConfigError("Images and words cannot share an embedding: switch share off for this task.")
        dim = config.embed_dim
        self.task, self.mask = task, mask_named(config.mask)
        self.scale = math.sqrt(dim) if config.positions == "sinusoidal" else 1.0
        self.source_embedding = source_embedding(task, dim)
        self.target_embedding = None if config.share else token_embedding(task.vocabulary, dim)
        self.source_positions = build_positions(config.positions, LONGER * task.max_source, dim)
        self.target_positions = build_positions(config.positions, LONGER * task.max_target, dim)
        self.dropout = Dropout(config.dropout)
        self.output = None if config.tie else Logits(dim, task.vocabulary)

    def encode(self, source: Tensor, *, masked: bool = True) -> Memory:
        """The memory of (B, S) tokens or (B, S, 3, P, P) images. Without `masked` padding is read as if it were none: the mistake.

        Raises ConfigError for a source that is empty, longer than the positions reach, or of another kind.
        """
        check_source(self.task, source)
        padding = source_padding(source) if masked else torch.zeros(source.shape[:2], dtype=torch.bool, device=source.device)
        tokens = self.source_embedding(source) * self.scale  # (B, S) -> (B, S, C)
        return Memory(self.read(self.dropout(add_positions(self.source_positions, tokens)), padding), padding)

    def decode(self, target: Tensor, memory: Memory, *, mask: str | None = None) -> Tensor:
        """Logits (B, T, V) of what follows each token of `target` (B, T); `mask`, of `MASKS`, instead of the config's.

        Raises ConfigError for a target that is empty or longer than the positions reach, and for an unknown mask.
        """
        kind = self.mask if mask is None else mask_named(mask)
        return self.logits(self.write(self.embed_target(target), memory, kind, target == PAD))

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        return self.decode(target, self.encode(source))

    def start(self, memory: Memory) -> DecoderCache:
        """A cache without tokens."""
        empty = torch.zeros(len(memory.padding), 0, dtype=torch.int64, device=memory.padding.device)
        return DecoderCache(empty, memory, self.caches(memory) if self.mask.causal else ())

    def step(self, token: Tensor, cache: DecoderCache) -> tuple[Tensor, DecoderCache]:
        """Logits (B, V) of what follows `token` (B,), and the cache with it.

        Without a causal mask earlier tokens would read this one, too: then every step computes the whole prefix again, for its last token.
        """
        cache = replace(cache, tokens=torch.cat((cache.tokens, token[:, None]), 1))  # (B, t) -> (B, t + 1)
        if not cache.layers:
            return self.decode(cache.tokens, cache.memory)[:, -1], cache
        x = self.embed_target(token[:, None], start=cache.tokens.shape[1] - 1)  # (B,) -> (B, 1, C)
        x, layers = self.extend(x, cache)
        return self.logits(x[:, 0]), replace(cache, layers=layers)

    def read(self, tokens: Tensor, padding: Tensor) -> Tensor:
        """The encoder: (B, S, C), padded where `padding` (B, S) is True -> (B, S, C)."""
        raise NotImplementedError

    def write(self, tokens: Tensor, memory: Memory, mask: Mask, padding: Tensor) -> Tensor:
        """The decoder: (B, T, C), padded where `padding` (B, T) is True -> (B, T, C)."""
        raise NotImplementedError

    def caches(self, memory: Memory) -> tuple[LayerCache, ...]:
        """A cache a layer; none where every step computes the whole prefix again."""
        return ()

    def extend(self, tokens: Tensor, cache: DecoderCache) -> tuple[Tensor, tuple[LayerCache, ...]]:
        """The decoder on the last token, (B, 1, C) -> (B, 1, C), and the layers' caches with it; only called if there are any."""
        raise NotImplementedError

    def embed_target(self, target: Tensor, start: int = 0) -> Tensor:
        """Target tokens (B, T), the first at position `start`, as vectors (B, T, C)."""
        check_length(start + target.shape[1], self.task.max_target, "output")
        return self.dropout(add_positions(self.target_positions, self.target_table(target) * self.scale, start))

    def logits(self, states: Tensor) -> Tensor:
        """(..., C) -> (..., V)."""
        return F.linear(states, self.target_table.weight) if self.output is None else self.output(states)

    @property
    def target_table(self) -> nn.Module:
        """The embedding of target tokens, which may be that of source tokens."""
        return self.source_embedding if self.target_embedding is None else self.target_embedding


class EncoderDecoder(TransformerEnds):
    """Encoder and decoder of the lab's own layers; between the embeddings and the output layer it equals nn.Transformer."""

    def __init__(self, task: Seq2SeqTask, config: EncoderDecoderConfig):
        super().__init__(task, config)
        dim, heads, rotary = config.embed_dim, config.num_heads, config.positions == "rotary"
        sizes = {"mlp_dim": round(config.mlp_ratio * dim), "dropout": config.dropout, "norm_first": config.norm_first, "rotary": rotary}
        self.encoder = Encoder(dim, heads, config.encoder_layers, **sizes)
        self.encoder_norm = nn.LayerNorm(dim)
        self.decoder = Decoder(dim, heads, config.decoder_layers, **sizes)
        self.decoder_norm = nn.LayerNorm(dim)

    def read(self, tokens: Tensor, padding: Tensor) -> Tensor:
        return self.encoder_norm(self.encoder(tokens, padding_mask(padding)))

    def write(self, tokens: Tensor, memory: Memory, mask: Mask, padding: Tensor) -> Tensor:
        return self.decoder_norm(self.decoder(tokens, memory.states, mask.build(padding), padding_mask(memory.padding)))

    def caches(self, memory: Memory) -> tuple[LayerCache, ...]:
        return self.decoder.start(memory.states)

    def extend(self, tokens: Tensor, cache: DecoderCache) -> tuple[Tensor, tuple[LayerCache, ...]]:
        mask = padding_mask(cache.tokens == PAD) if self.mask.padding else None  # the last row of a causal mask hides nothing else
        tokens, layers = self.decoder.extend(tokens, cache.layers, mask, padding_mask(cache.memory.padding))
        return self.decoder_norm(tokens), layers
