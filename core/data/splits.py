"""A data set in memory: three splits of uint8 images, and the mean and deviation that make floats of them."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import torch
from torch import Tensor

from core.data.left_out import WHOLE, LeftOut
from core.errors import DataError
from core.text import described

if TYPE_CHECKING:
    from core.data.sequences import SeqSplit

CHUNK = 4096  # images at a time where a whole split would need a large temporary copy
PARTS = ("train", "val", "test")
LEAST_STD = 1 / 255  # so that images of one flat color do not divide by zero


@dataclass(frozen=True, eq=False)
class Split:
    """`images` (N, 3, 32, 32) uint8 and `labels` (N,) int64, on one device."""

    images: Tensor
    labels: Tensor

    def __post_init__(self) -> None:
        images, labels = self.images, self.labels
        if not (isinstance(images, Tensor) and isinstance(labels, Tensor)):
            kinds = f"{type(images).__name__} and {type(labels).__name__}"
            raise DataError(f"A split is made of two tensors, and these are {kinds}: torch.as_tensor(...) makes one of an array.")
        if images.dtype != torch.uint8 or images.ndim != 4 or labels.dtype != torch.int64 or labels.shape != images.shape[:1]:
            raise DataError(
                f"A split has images (N, C, H, W) uint8 and labels (N,) int64; these are {tuple(images.shape)} {images.dtype} and "
                f"{tuple(labels.shape)} {labels.dtype}. Give one label an image, and images as bytes from 0 to 255."
            )

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: Tensor | slice | Sequence[int] | int) -> Split | tuple[Tensor, int]:
        """The part of this split that `index` (a slice, a list or a tensor of indices) picks; of one number the image (C, H, W) and its
        label, as torch's data sets give it, so that a DataLoader can take a split.
        """
        number = one_index(index, len(self))
        return Split(*parts_at(index, self.images, self.labels)) if number is None else (self.images[number], int(self.labels[number]))

    def __iter__(self) -> Iterator[tuple[Tensor, int]]:
        """Every image with its label."""
        return (self[number] for number in range(len(self)))

    def __repr__(self) -> str:
        return f"Split({len(self):,} images {tuple(self.images.shape[1:])} on {self.images.device})"

    def to(self, device: torch.device | str) -> Split:
        """This split on `device`."""
        return Split(self.images.to(device), self.labels.to(device))


class ThreeSplits:
    """What data sets of images and of sequences have in common: a name, three splits, and classes to choose among."""

    @property
    def num_classes(self) -> int:
        """How many classes, or tokens, there are."""
        return len(self.classes)

    def __getitem__(self, name: str) -> Split | SeqSplit:
        """A split by its name, "train", "val" or "test". Raises DataError for all else: an image is one of a split."""
        if name not in PARTS:
            raise DataError(f"A data set has the splits {', '.join(map(repr, PARTS))}: data.train[0] is an item, data['train'] a split.")
        return getattr(self, name)

    def __len__(self) -> int:
        """Images, or pairs, of all three splits."""
        return len(self.train) + len(self.val) + len(self.test)

    def described(self, what: str) -> str:
        """The data set in one line; `what` follows its number of classes."""
        sizes = ", ".join(f"{part}={len(getattr(self, part)):,}" for part in PARTS)
        return f"{type(self).__name__}({self.name!r}, {sizes}, {self.num_classes} {what})"


@dataclass(frozen=True, eq=False, kw_only=True)
class Dataset(ThreeSplits):
    """Three splits and what is known of them. `mean` and `std` are the training images', per channel, in 0..1."""

    name: str
    train: Split
    val: Split
    test: Split
    classes: tuple[str, ...]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    left_out: LeftOut = WHOLE  # of a folder

    @property
    def skipped(self) -> int:
        """How many files could not be read."""
        return len(self.left_out.files)

    @classmethod
    def of(cls, name: str, train: Split, val: Split, test: Split, classes: Sequence[str], left_out: LeftOut = WHOLE) -> Self:
        """A data set whose mean and deviation are those of `train`."""
        mean, std = channel_statistics(train.images)
        return cls(name=name, train=train, val=val, test=test, classes=tuple(classes), mean=mean, std=std, left_out=left_out)

    def __repr__(self) -> str:
        return self.described(f"classes of images {tuple(self.train.images.shape[1:])}")


def one_index(index: object, length: int) -> int | None:
    """`index` as one number from -`length` on, None if it picks a part. Raises IndexError, which ends a loop, for a number too large, and
    DataError for what is no index."""
    if isinstance(index, (slice, list, range)) or getattr(index, "ndim", 0):
        return None
    if not hasattr(index, "__index__"):
        raise DataError(f"A split is indexed by a whole number, a slice, or a list or tensor of numbers, not by {described(index)}.")
    number = operator.index(index)
    if not -length <= number < length:
        raise IndexError(f"There is no item {number}: there are {length:,}, numbered from 0.")
    return number


def parts_at(index: object, *parts: Tensor) -> tuple[Tensor, ...]:
    """What `index`, which picks a part, picks of each tensor: a slice, or numbers in a list, a tensor, an array or a column of a table."""
    index = index if isinstance(index, slice | Tensor | list) else torch.from_numpy(np.array(index))
    return tuple(part[index] for part in parts)


def channel_statistics(images: Tensor) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and (population) standard deviation per channel of (N, C, H, W) uint8 images: C floats each, units of 0..1.

    Exact, from a histogram of the 256 values: no float copy of the images is made.
    """
    return histogram_statistics(channel_histogram(images))


def channel_histogram(images: Tensor) -> Tensor:
    """How often each of the 256 values occurs per channel of (N, C, H, W) uint8 images: (C, 256) int64. Histograms of parts add up."""
    channels = images.shape[1]
    counts = torch.zeros(channels, 256, dtype=torch.int64)
    for chunk in images.split(CHUNK):
        for c in range(channels):
            counts[c] += torch.bincount(chunk[:, c].reshape(-1), minlength=256).cpu()  # (256,)
    return counts


def histogram_statistics(counts: Tensor) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and (population) standard deviation per channel, in units of 0..1, of what has the histograms `counts` (C, 256)."""
    values = torch.arange(256, dtype=torch.float64) / 255
    shares = counts / counts.sum(1, keepdim=True).double()  # (C, 256)
    mean = shares @ values  # (C,)
    std = (shares @ values.square() - mean.square()).clamp(min=0).sqrt().clamp(min=LEAST_STD)  # (C,)
    return tuple(mean.tolist()), tuple(std.tolist())


def normalize(images: Tensor, mean: Sequence[float] | Tensor, std: Sequence[float] | Tensor) -> Tensor:
    """uint8 images (..., C, H, W) as float32 with mean 0 and deviation 1 per channel.

    `mean` and `std` (C,) are in units of 0..1; given as tensors on the images' device they cost no copy to it.
    """
    mean, std = _column(mean, images), _column(std, images)  # (C, 1, 1)
    return images.float().sub_(mean * 255).div_(std * 255)


def unnormalize(images: Tensor, mean: Sequence[float] | Tensor, std: Sequence[float] | Tensor) -> Tensor:
    """The inverse of `normalize`: float images (..., C, H, W) as uint8, fit to be shown."""
    mean, std = _column(mean, images), _column(std, images)  # (C, 1, 1)
    return (images * (std * 255) + mean * 255).round_().clamp_(0, 255).to(torch.uint8)


def _column(values: Sequence[float] | Tensor, images: Tensor) -> Tensor:
    return torch.as_tensor(values, dtype=torch.float32, device=images.device).view(-1, 1, 1)


def random_parts(count: int, sizes: Sequence[int], seed: int) -> tuple[Tensor, ...]:
    """Disjoint random index tensors of these sizes out of range(count), in random order, the same for the same seed."""
    assert sum(sizes) <= count, (count, sizes)
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))
    return order[: sum(sizes)].split(list(sizes))


def stratified_parts(labels: Tensor, sizes: Sequence[int], seed: int) -> tuple[Tensor, ...]:
    """Index tensors into `labels` (N,) int64: what is left for training, then parts of these sizes with the same share of every class.

    Every class keeps one image for training at least, so all sizes together are at most N less the number of classes. Shares that are no
    whole numbers of images are rounded so that the sizes come out. In random order, the same for the same seed.
    """
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
    classes, counts = np.unique(labels.numpy(), return_counts=True)
    assert sum(sizes) <= len(labels) - len(classes), (sizes, counts)
    room, parts = counts - 1, torch.zeros(len(labels), dtype=torch.int64)
    for part, size in enumerate(sizes, 1):
        taken = _shares(counts, size, room)
        for label, before, count in zip(classes, counts - 1 - room, taken, strict=True):
            parts[order[labels[order] == int(label)][before : before + count]] = part
        room = room - taken
    return tuple(order[parts[order] == part] for part in range(len(sizes) + 1))


def _shares(counts: np.ndarray, size: int, room: np.ndarray) -> np.ndarray:
    """How many of `size` images a class gives, (K,): in proportion to its `counts`, at most its `room`, the largest remainders first."""
    wanted = counts * size / counts.sum()
    shares = np.minimum(np.floor(wanted), room).astype(np.int64)
    while shares.sum() < size:
        owed = np.where(shares < room, wanted - shares + room / (1e6 * counts), -np.inf)  # of equal remainders to who has most left
        shares[owed.argmax()] += 1
    return shares
