"""The convolutional network of a script (core/models/cnn.py)."""

import torch
from torch import nn

from core.training.script.templates.dropout import Dropout

WIDTH = 32
BLOCKS = 1
DROPOUT = 0.1
NUM_CLASSES = 10


class Model(nn.Module):
    """Three stages of 3x3 convolutions, then the mean over places: (B, 3, 32, 32) -> (B, NUM_CLASSES) logits."""

    def __init__(self):
        super().__init__()
        self.stage1 = stage(3, WIDTH, halve=True)
        self.stage2 = stage(WIDTH, 2 * WIDTH, halve=True)
        self.stage3 = stage(2 * WIDTH, 4 * WIDTH, halve=False)
        if DROPOUT:
            self.dropout = Dropout(DROPOUT)
        self.head = nn.Linear(4 * WIDTH, NUM_CLASSES)

    def forward(self, images):
        maps = self.stage3(self.stage2(self.stage1(images.contiguous(memory_format=torch.channels_last))))
        read = maps.mean(dim=(2, 3))  # (B, C, h, w) -> (B, C)
        return self.head(self.dropout(read) if DROPOUT else read)


def stage(channels_in, channels_out, halve):
    """Some convolutions, the last of them halving the size if asked: (B, in, h, w) -> (B, out, h, w) or (B, out, h/2, w/2)."""
    layers = []
    for block in range(BLOCKS):
        convolution = nn.Conv2d(channels_out if block else channels_in, channels_out, 3, padding=1, bias=False)
        nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
        pool = [nn.MaxPool2d(2)] if halve and block == BLOCKS - 1 else []
        layers += [convolution, *pool, nn.BatchNorm2d(channels_out), nn.ReLU()]
    return nn.Sequential(*layers)
