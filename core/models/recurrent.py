"""Recurrent networks: on any sequence, and as a classifier of images that are read patch by patch."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.errors import unknown
from core.models import Task
from core.models.configs import RecurrentConfig
from core.models.dropout import Dropout
from core.models.gru import GRU
from core.models.logits import Logits
from core.models.patches import PatchEmbed

CELLS: dict[str, type[nn.RNNBase]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": GRU}
READOUTS = ("last", "mean")


class SequenceTagger(nn.Module):
    """Many to many of the same length: one head applied to every hidden state, (B, T, C) -> (B, T, K)."""

    def __init__(
        self,
        *,
        cell: str,
        input_size: int,
        hidden_size: int,
        num_classes: int,
        num_layers: int = 1,
        bidirectional: bool = False,
    ):
        super().__init__()
        self.rnn = recurrent_layers(
            cell, input_size=input_size, hidden_size=hidden_size, num_layers=num_layers, bidirectional=bidirectional
        )
        self.head = Logits(hidden_size * (1 + bidirectional), num_classes)

    def forward(self, sequence: Tensor) -> Tensor:
        states, _ = self.rnn(sequence)  # (B, T, C) -> (B, T, H), 2H if bidirectional
        return self.head(states)  # (B, T, H) -> (B, T, K)


class SequenceClassifier(nn.Module):
    """Many to one: class logits from the last hidden state or from the mean of all, (B, T, C) -> (B, K).

    `readout` is "last" (of both directions if bidirectional) or "mean".
    """

    def __init__(
        self,
        *,
        cell: str,
        input_size: int,
        hidden_size: int,
        num_classes: int,
        num_layers: int = 1,
        bidirectional: bool = False,
        readout: str = "last",
        dropout: float = 0.0,
    ):
        super().__init__()
        if readout not in READOUTS:
            raise unknown("readout", readout, READOUTS)
        self.readout = readout
        self.rnn = recurrent_layers(
            cell, input_size=input_size, hidden_size=hidden_size, num_layers=num_layers, bidirectional=bidirectional
        )
        self.dropout = Dropout(dropout)
        self.head = Logits(hidden_size * (1 + bidirectional), num_classes)

    def forward(self, sequence: Tensor) -> Tensor:
        states, final = self.rnn(sequence)  # (B, T, C) -> (B, T, H), 2H if bidirectional; (layers * directions, B, H)
        features = states.mean(1) if self.readout == "mean" else last_state(self.rnn, final)  # -> (B, H) or (B, 2H)
        return self.head(self.dropout(features))  # (B, H) -> (B, K)


class RecurrentClassifier(SequenceClassifier):
    """Images read as sequences of patches: (B, 3, H, W) -> (B, N, C) -> (B, K) logits; `cell` is rnn, lstm or gru."""

    def __init__(self, task: Task, config: RecurrentConfig, *, cell: str):
        super().__init__(
            cell=cell,
            input_size=config.embed_dim,
            hidden_size=config.hidden_size,
            num_classes=task.num_classes,
            num_layers=config.num_layers,
            bidirectional=config.bidirectional,
            readout=config.readout,
            dropout=config.dropout,
        )
        self.embed = PatchEmbed(task.image_size, config.patch_size, in_channels=task.channels, embed_dim=config.embed_dim)

    def forward(self, images: Tensor) -> Tensor:
        return super().forward(self.embed(images))  # (B, 3, H, W) -> (B, N, C) -> (B, K)


def recurrent_layers(cell: str, *, input_size: int, hidden_size: int, num_layers: int, bidirectional: bool) -> nn.RNNBase:
    """nn.RNN, nn.LSTM or GRU for (B, T, C) batches; raises ConfigError for an unknown cell."""
    if cell not in CELLS:
        raise unknown("cell", cell, CELLS)
    # By keyword: the fourth positional argument is `bias`. Without batch_first samples of a batch leak into each other.
    rnn = CELLS[cell](input_size, hidden_size, num_layers=num_layers, bidirectional=bidirectional, batch_first=True)
    if isinstance(rnn, nn.LSTM):
        open_forget_gates(rnn)
    return rnn


@torch.no_grad()
def open_forget_gates(lstm: nn.LSTM) -> None:
    """Start the forget gates at bias 1, so that the cell state is kept at first (Jozefowicz et al. 2015)."""
    for name, parameter in lstm.named_parameters():
        if name.startswith("bias"):  # gates in the order i, f, g, o; the two biases are added
            parameter[lstm.hidden_size : 2 * lstm.hidden_size] = 1.0 if name.startswith("bias_ih") else 0.0


def last_state(rnn: nn.RNNBase, final: Tensor | tuple[Tensor, Tensor]) -> Tensor:
    """The last layer's final hidden state, (B, H); both directions' side by side, (B, 2H), if bidirectional.

    `final` is the second thing that `rnn` returns: (layers * directions, B, H), for an LSTM a pair of which the first
    is hidden.
    """
    hidden = final[0] if isinstance(rnn, nn.LSTM) else final
    return torch.cat((hidden[-2], hidden[-1]), dim=-1) if rnn.bidirectional else hidden[-1]  # -> (B, 2H) or (B, H)
