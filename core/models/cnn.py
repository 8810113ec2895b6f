"""A small convolutional network: the honest baseline that sequence models have to beat on images."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.models import Task
from core.models.configs import CNNConfig
from core.models.dropout import Dropout
from core.models.inputs import check_images
from core.models.logits import Logits


class CNN(nn.Module):
    """Three stages of 3x3 convolutions, each at half the resolution of the last, then the mean over places.

    (B, 3, H, W) -> (B, K) logits.
    """

    def __init__(self, task: Task, config: CNNConfig):
        super().__init__()
        self.task = task
        width, blocks = config.width, config.blocks
        self.stage1 = stage(task.channels, width, blocks, halve=True)
        self.stage2 = stage(width, 2 * width, blocks, halve=True)
        self.stage3 = stage(2 * width, 4 * width, blocks)
        self.dropout = Dropout(config.dropout)
        self.head = Logits(4 * width, task.num_classes)

    def forward(self, images: Tensor) -> Tensor:
        check_images(images, channels=self.task.channels, side=self.task.image_size)
        images = images.contiguous(memory_format=torch.channels_last)  # the layout in which convolutions are fastest, by about 1.4 on a CPU
        maps = self.stage1(images)  # (B, 3, H, W) -> (B, C, H/2, W/2)
        maps = self.stage2(maps)  # -> (B, 2C, H/4, W/4)
        maps = self.stage3(maps)  # -> (B, 4C, H/4, W/4)
        return self.head(self.dropout(maps.mean(dim=(2, 3))))  # -> (B, 4C) -> (B, K)


def stage(channels_in: int, channels_out: int, blocks: int, *, halve: bool = False) -> nn.Sequential:
    """`blocks` times 3x3 convolution, BatchNorm, ReLU: (B, channels_in, H, W) -> (B, channels_out, H, W), or half of both if `halve`.

    Halved by the maximum of four right after the last convolution: BatchNorm and ReLU then have a quarter of the values to go over,
    and where they rise they would have kept the same maximum. Weights start normal with variance 2 / fan-in, which keeps the size of
    activations through ReLUs (He et al. 2015).
    """
    layers: list[nn.Module] = []
    for block in range(blocks):
        source = channels_out if block else channels_in
        convolution = nn.Conv2d(source, channels_out, 3, padding=1, bias=False)  # BatchNorm would subtract a bias again
        nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
        pool = [nn.MaxPool2d(2)] if halve and block == blocks - 1 else []
        layers += [convolution, *pool, nn.BatchNorm2d(channels_out), nn.ReLU()]
    return nn.Sequential(*layers)
