"""Recurrent networks that write: one to many, and many to many of another length (Sutskever et al. 2014)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.errors import ConfigError
from core.models.logits import Logits
from core.models.recurrent import recurrent_layers


class RecurrentDecoder(nn.Module):
    """Writes one output after the other, each step given the state and the output of the step before.

    The first step is given a start symbol, for which there is one embedding more than classes. Each output is the most probable class.
    """

    def __init__(self, *, cell: str, hidden_size: int, num_classes: int):
        super().__init__()
        self.start = num_classes
        self.embed = nn.Embedding(num_classes + 1, hidden_size)
        self.rnn = recurrent_layers(cell, input_size=hidden_size, hidden_size=hidden_size, num_layers=1, bidirectional=False)
        self.head = Logits(hidden_size, num_classes)

    def forward(self, state: Tensor | tuple[Tensor, Tensor], steps: int) -> Tensor:
        """From a first state as `self.rnn` takes it, (1, B, H) or a pair of them, to logits (B, S, K); raises ConfigError for no step."""
        if steps < 1:
            raise ConfigError(f"A decoder writes at least one output, not {steps}: ask for one or more steps.")
        hidden = state[0] if isinstance(state, tuple) else state
        written = torch.full((hidden.shape[1], 1), self.start, device=hidden.device)  # (B, 1)
        logits = []
        for _ in range(steps):
            states, state = self.rnn(self.embed(written), state)  # (B, 1) -> (B, 1, H)
            logits.append(self.head(states))  # (B, 1, H) -> (B, 1, K)
            written = logits[-1].argmax(-1)  # (B, 1, K) -> (B, 1)
        return torch.cat(logits, dim=1)  # -> (B, S, K)


class OneToMany(nn.Module):
    """One to many, as an image and its caption: one input becomes the first state of a decoder, (B, C) -> (B, S, K)."""

    def __init__(self, *, cell: str, input_size: int, hidden_size: int, num_classes: int):
        super().__init__()
        self.first = nn.Linear(input_size, hidden_size)
        self.decoder = RecurrentDecoder(cell=cell, hidden_size=hidden_size, num_classes=num_classes)

    def forward(self, features: Tensor, steps: int) -> Tensor:
        hidden = self.first(features).tanh()[None]  # (B, C) -> (1, B, H)
        state = (hidden, torch.zeros_like(hidden)) if isinstance(self.decoder.rnn, nn.LSTM) else hidden
        return self.decoder(state, steps)  # -> (B, S, K)


class ManyToMany(nn.Module):
    """Many to many of another length, as in translation: the last state of the encoder is the first of the decoder, (B, T, C) -> (B, S, K).

    All that the decoder knows of the inputs is in these H numbers.
    """

    def __init__(self, *, cell: str, input_size: int, hidden_size: int, num_classes: int):
        super().__init__()
        self.encoder = recurrent_layers(cell, input_size=input_size, hidden_size=hidden_size, num_layers=1, bidirectional=False)
        self.decoder = RecurrentDecoder(cell=cell, hidden_size=hidden_size, num_classes=num_classes)

    def forward(self, sequence: Tensor, steps: int) -> Tensor:
        _, state = self.encoder(sequence)  # (B, T, C) -> (1, B, H), of an LSTM two of them
        return self.decoder(state, steps)  # -> (B, S, K)
