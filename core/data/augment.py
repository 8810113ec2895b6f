"""Augmentation of whole batches on whatever device they are on: no loop over images."""

from __future__ import annotations

import torch
from torch import Tensor


def random_crop_flip(images: Tensor, *, padding: int = 4, generator: torch.Generator | None = None) -> Tensor:
    """Each image shifted by up to `padding` pixels in both directions (edges reflected), and half of them mirrored.

    `images` (B, C, H, W) of any dtype; the result has the same shape and dtype. It is the crop of a reflect-padded
    image, written as one lookup of pixels. `generator` must live on the images' device.
    Reflection is that of torch.nn.functional.pad, so `padding` must be smaller than H and W.
    """
    batch, _, height, width = images.shape
    assert padding < min(height, width), (padding, images.shape)
    device = images.device
    shift = torch.randint(-padding, padding + 1, (2, batch, 1), generator=generator, device=device)  # (2, B, 1): down, right
    mirror = torch.randint(0, 2, (batch, 1), generator=generator, device=device, dtype=torch.bool)  # (B, 1)
    rows = _reflect(torch.arange(height, device=device) + shift[0], height)  # (B, H)
    columns = _reflect(torch.arange(width, device=device) + shift[1], width)  # (B, W)
    columns = torch.where(mirror, columns.flip(1), columns)  # (B, W)
    flat = (rows[:, :, None] * width + columns[:, None, :]).view(batch, 1, -1)  # (B, 1, H * W)
    return images.flatten(2).gather(2, flat.expand(-1, images.shape[1], -1)).view_as(images)  # (B, C, H, W)


def cutout(images: Tensor, side: int, fill: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
    """Each image with a square of `side` pixels, centred anywhere in it, set to `fill` (C,) (DeVries & Taylor 2017).

    `images` (B, C, H, W) of any dtype; the result has the same shape and dtype. `generator` must live on the images' device.
    """
    batch, channels, height, width = images.shape
    inside = []
    for size in (height, width):
        start = torch.randint(0, size, (batch, 1), generator=generator, device=images.device) - side // 2  # (B, 1)
        at = torch.arange(size, device=images.device)
        inside.append((at >= start) & (at < start + side))  # (B, size)
    hidden = inside[0][:, None, :, None] & inside[1][:, None, None, :]  # (B, 1, H, W)
    return torch.where(hidden, fill.to(images).view(1, channels, 1, 1), images)


def _reflect(index: Tensor, size: int) -> Tensor:
    """`index` folded back into 0..size - 1 at both edges, without repeating the edge: -1 -> 1, size -> size - 2."""
    return size - 1 - (size - 1 - index.abs()).abs()
