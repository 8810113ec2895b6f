"""RNN, LSTM and GRU of a script (core/models/recurrent.py)."""

import torch
from torch import nn

from core.training.script.templates.dropout import Dropout

CELL = "gru"  # or "lstm", or "rnn"
READOUT = "last"  # or "mean"
PATCH = 4  # pixels on a side
EMBED = 64
HIDDEN = 128
LAYERS = 1
BIDIRECTIONAL = False
DROPOUT = 0.1
NUM_CLASSES = 10


class Model(nn.Module):
    """Patches read one by one: (B, 3, 32, 32) -> (B, NUM_CLASSES) logits."""

    def __init__(self):
        super().__init__()
        if CELL == "gru":
            self.rnn = nn.GRU(EMBED, HIDDEN, num_layers=LAYERS, bidirectional=BIDIRECTIONAL, batch_first=True)
        elif CELL == "lstm":
            self.rnn = nn.LSTM(EMBED, HIDDEN, num_layers=LAYERS, bidirectional=BIDIRECTIONAL, batch_first=True)
            for name, parameter in self.rnn.named_parameters():
                if name.startswith("bias"):  # forget gates start at 1: the cell state is kept at first
                    nn.init.constant_(parameter[HIDDEN : 2 * HIDDEN], 1.0 if name.startswith("bias_ih") else 0.0)
        else:
            self.rnn = nn.RNN(EMBED, HIDDEN, num_layers=LAYERS, bidirectional=BIDIRECTIONAL, batch_first=True)
        if DROPOUT:
            self.dropout = Dropout(DROPOUT)
        self.head = nn.Linear(HIDDEN * 2 if BIDIRECTIONAL else HIDDEN, NUM_CLASSES)
        self.project = nn.Conv2d(3, EMBED, kernel_size=PATCH, stride=PATCH)
        self.norm = nn.LayerNorm(EMBED)

    def forward(self, images):
        tokens = self.norm(self.project(images).flatten(2).transpose(1, 2))  # (B, 3, 32, 32) -> (B, N, E)
        if READOUT == "mean":
            read = self.rnn(tokens)[0].mean(1)  # (B, N, H) -> (B, H)
        elif CELL == "lstm":
            read = last(self.rnn(tokens)[1][0])
        else:
            read = last(self.rnn(tokens)[1])
        return self.head(self.dropout(read) if DROPOUT else read)


def last(states):
    """The final state of the last layer, in both directions if there are two: (layers, B, H) -> (B, H)."""
    return torch.cat((states[-2], states[-1]), dim=-1) if BIDIRECTIONAL else states[-1]
