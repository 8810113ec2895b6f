"""What a data set is made of: how many images each class has, and how mean and deviation settle while images are counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.data.splits import channel_histogram, histogram_statistics

A_DECADE = 10  # places at which a course is looked at while the number of images grows tenfold

# Mean and deviation per channel as they are published, of all images that are not test images. They have been copied around with three
# good digits; the fourth is not that of the images.
PUBLISHED = {"cifar10": ((0.4915, 0.4823, 0.4468), (0.2470, 0.2435, 0.2616))}
DIGITS = 5e-4  # what agrees to three digits differs by less


@dataclass(frozen=True)
class Running:
    """Mean and deviation per channel of the first `seen` images, in units of 0..1."""

    seen: int
    mean: tuple[float, ...]
    std: tuple[float, ...]


def class_balance(labels: Tensor, count: int) -> tuple[int, ...]:
    """How many of the labels (N,) are each of `count` classes; 0 for a class that never occurs."""
    return tuple(torch.bincount(labels.cpu(), minlength=count).tolist())


def looks(total: int) -> tuple[int, ...]:
    """Numbers of images at which to look at a course of `total`: 1, 2, 3, ... 10, then ten to each tenfold, and `total`."""
    counts, exponent = {total}, 0
    while (number := round(10 ** (exponent / A_DECADE))) < total:
        counts.add(number)
        exponent += 1
    return tuple(sorted(counts | {n for n in range(1, 11) if n < total}))


def running_statistics(parts: Sequence[Tensor], ends: Sequence[int]) -> Iterator[Running]:
    """Mean and deviation of the first images of `parts`, one (N, C, H, W) uint8 tensor after the other, at each of the ascending `ends`.

    Exact at every end, and no image is looked at twice.
    """
    counts, seen = 0, 0
    for end in ends:
        for images in _between(parts, seen, end):
            counts = counts + channel_histogram(images)
        seen = end
        yield Running(seen, *histogram_statistics(counts))


def settled(course: Sequence[Running], within: float) -> int:
    """The first look of `course` from which on every channel's mean stays within `within` of the last one: its number of images."""
    last, since = course[-1].mean, course[-1].seen
    for running in reversed(course):
        if max(abs(a - b) for a, b in zip(running.mean, last, strict=True)) > within:
            break
        since = running.seen
    return since


def largest_difference(running: Running, mean: Sequence[float], std: Sequence[float]) -> float:
    """The largest difference of a channel's mean or deviation from those given."""
    return max(abs(a - b) for a, b in zip((*running.mean, *running.std), (*mean, *std), strict=True))


def _between(parts: Sequence[Tensor], start: int, end: int) -> Iterator[Tensor]:
    """The images from `start` up to `end` of all parts one after the other."""
    offset = 0
    for images in parts:
        piece = images[max(0, start - offset) : max(0, end - offset)]
        if len(piece):
            yield piece
        offset += len(images)
