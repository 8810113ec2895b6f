"""Two GRUs: one reads the source to the end, the other writes; with attention it may look back at every state of the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn

from core.models.attention import Attend
from core.models.dropout import Dropout
from core.models.gru import GRU
from core.models.logits import Logits
from core.models.masks import padding_mask
from core.models.seq2seq_configs import RecurrentSeq2SeqConfig
from core.models.seq2seq_ends import Memory, check_length, check_source, source_embedding, source_padding, token_embedding, unpadded
from core.models.seq2seq_task import Seq2SeqTask


@dataclass(frozen=True, eq=False)
class RecurrentMemory(Memory):
    """The states of the last layer at every token, and each layer's state at the last token that is no padding."""

    final: tuple[Tensor, ...]  # a layer each (B, H)

    def rows(self, index: Tensor) -> Self:
        return type(self)(self.states[index], self.padding[index], tuple(layer[index] for layer in self.final))


@dataclass(frozen=True, eq=False)
class RecurrentCache:
    """What decoding token by token keeps: each layer's state, and how many tokens there have been."""

    memory: RecurrentMemory
    layers: tuple[Tensor, ...]  # a layer each (B, H)
    length: int

    def rows(self, index: Tensor) -> Self:
        """The cache of some rows of the batch, in the order of `index`, as often as it names them."""
        return type(self)(self.memory.rows(index), tuple(layer[index] for layer in self.layers), self.length)


class RecurrentEncoderDecoder(nn.Module):
    """The decoder starts from the encoder's last state (Sutskever et al. 2014, Cho et al. 2014): one fixed vector, however long the source.

    With `attention`, every state of the decoder also reads the encoder's states (Bahdanau et al. 2014), by dot products after a learned
    matrix and before the output layer (Luong et al. 2015, "general"), scaled as in the rest of the lab.
    """

    def __init__(self, task: Seq2SeqTask, config: RecurrentSeq2SeqConfig, *, attention: bool):
        super().__init__()
        self.task = task
        dim, hidden = config.embed_dim, config.hidden_size
        widths = [dim] + [hidden] * (config.num_layers - 1)
        self.source_embedding = source_embedding(task, dim)
        self.target_embedding = token_embedding(task.vocabulary, dim)
        # A module a layer: each one's last state is read where the source ends, before the padding.
        self.encoder = nn.ModuleList(GRU(width, hidden, batch_first=True) for width in widths)
        self.decoder = nn.ModuleList(GRU(width, hidden, batch_first=True) for width in widths)
        self.query = nn.Linear(hidden, hidden, bias=False) if attention else None
        self.attend = Attend() if attention else None
        self.join = nn.Linear(2 * hidden, hidden, bias=False) if attention else None
        self.dropout = Dropout(config.dropout)
        self.output = Logits(hidden, task.vocabulary)

    def encode(self, source: Tensor, *, masked: bool = True) -> RecurrentMemory:
        """The memory of (B, S) tokens or (B, S, 3, P, P) images, padded at their ends. Not `masked`, the GRU runs on through the padding.

        Raises ConfigError for a source that is empty, longer than four times the task's, or of another kind.
        """
        check_source(self.task, source)
        padding = source_padding(source) if masked else torch.zeros(source.shape[:2], dtype=torch.bool, device=source.device)
        rows, last = torch.arange(len(source), device=source.device), unpadded(padding)
        states, final = self.dropout(self.source_embedding(source)), []  # (B, S) -> (B, S, C)
        for layer in self.encoder:
            states, _ = layer(states)  # -> (B, S, H)
            final.append(states[rows, last])  # (B, S, H) -> (B, H)
        return RecurrentMemory(states, padding, tuple(final))

    def decode(self, target: Tensor, memory: RecurrentMemory) -> Tensor:
        """Logits (B, T, V) of what follows each token of `target` (B, T). A GRU cannot read ahead: it needs no mask."""
        return self._write(target, memory, memory.final, 0)[0]

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        return self.decode(target, self.encode(source))

    def start(self, memory: RecurrentMemory) -> RecurrentCache:
        """The decoder's state before the first token: the encoder's last one."""
        return RecurrentCache(memory, memory.final, 0)

    def step(self, token: Tensor, cache: RecurrentCache) -> tuple[Tensor, RecurrentCache]:
        """Logits (B, V) of what follows `token` (B,), and the cache with it."""
        logits, layers = self._write(token[:, None], cache.memory, cache.layers, cache.length)
        return logits[:, 0], RecurrentCache(cache.memory, layers, cache.length + 1)

    def _write(self, target: Tensor, memory: RecurrentMemory, before: tuple[Tensor, ...], start: int) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Logits (B, T, V) of tokens from position `start` on, and each layer's state after them; `before`: those before them."""
        check_length(start + target.shape[1], self.task.max_target, "output")
        states, after = self.dropout(self.target_embedding(target)), []  # (B, T) -> (B, T, C)
        for layer, state in zip(self.decoder, before, strict=True):
            states, final = layer(states, state[None])  # -> (B, T, H)
            after.append(final[0])
        return self.output(self.dropout(self._look_back(states, memory))), tuple(after)

    def _look_back(self, states: Tensor, memory: RecurrentMemory) -> Tensor:
        """(B, T, H) joined with what each state reads of the memory; unchanged without attention."""
        if self.attend is None:
            return states
        q, kv = self.query(states)[:, None], memory.states[:, None]  # one head: (B, 1, T, H) and (B, 1, S, H)
        context = self.attend(q, kv, kv, padding_mask(memory.padding))[:, 0]  # -> (B, T, H)
        return torch.tanh(self.join(torch.cat((context, states), -1)))  # (B, T, 2H) -> (B, T, H)
