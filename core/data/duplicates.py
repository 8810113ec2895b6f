"""Near-duplicates across splits: a test image that was trained on, slightly changed, measures memory and not sight.

Two images are near-duplicates when their pixels correlate by at least `LEAST`, each channel's mean taken out: the same picture in a
little other light, contrast or compression, but not shifted or mirrored. Barz & Denzler, "Do we train on test data?" (2020), found one in
30 test images of CIFAR-10 again among its training images, with a network and by eye.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core import memory
from core.data.progress import Progress, throttled
from core.data.splits import Dataset

LEAST = 0.95
COMPARED = (("test", "train"), ("val", "train"), ("test", "val"))
POOL = 4  # pixels a side of the squares that are compared first
COMPARISONS = 8_000_000  # pairs compared at a time: as many rows of images as make so many with all others
TAKEN = 40  # bytes a comparison: its bound, whether it is high, and where; at the most, when all images are alike
PAIRS = 2048  # pairs compared pixel by pixel at a time
SUMMARY = 3 * 32 * 32 // POOL**2 + 1  # numbers of an image that are compared first
COPIES = 7  # of the pixels of pairs, while they are compared
SLACK = 1e-3  # rounding of the bound, in float32: it has a root of a difference in it


@dataclass(frozen=True, eq=False)
class Duplicates:
    """P images of one split (`images`, positions) with the image of another that is most like each (`others`), and their correlation.

    The most alike come first.
    """

    images: np.ndarray
    others: np.ndarray
    likeness: np.ndarray

    def __len__(self) -> int:
        return len(self.images)


def across_splits(dataset: Dataset, progress: Progress | None = None) -> dict[tuple[str, str], Duplicates]:
    """For each of `COMPARED` (a split and another one) the images of the first that have a near-duplicate in the second."""
    pairs = {}
    for split, other in COMPARED:

        def report(done: int, total: int, _: str, what: str = f"Comparing {split} with {other}") -> None:
            progress(done, total, what)

        images, others = getattr(dataset, split).images, getattr(dataset, other).images
        pairs[split, other] = near_duplicates(images, others, progress=report if progress else None)
    return pairs


def near_duplicates(images: Tensor, others: Tensor, *, least: float = LEAST, progress: Progress | None = None) -> Duplicates:
    """The images (N, C, H, W) uint8 that have a near-duplicate among `others` (M, C, H, W), each with the one most like it.

    Exact, although only few pairs are compared pixel by pixel: of two images that are averaged over squares of POOL pixels, with the length
    of what averaging loses as one more number, the product is never below their correlation (Cauchy & Schwarz). An image whose channels
    are each of one value has no correlation with any.
    """
    compared = min(len(images) * len(others), max(COMPARISONS, len(others)))
    numbers = images[0].numel() * COPIES * min(PAIRS, compared) + 2 * SUMMARY * len(others)  # float32
    need, what = TAKEN * compared + 4 * numbers, f"Comparing {len(images):,} images with {len(others):,}"
    with memory.claim(need, what, "choose a data set with fewer images"):
        return _near_duplicates(images, others, least, throttled(progress))


def _near_duplicates(images: Tensor, others: Tensor, least: float, report: Progress) -> Duplicates:
    bounds = torch.cat([_summary(chunk) for chunk in others.split(PAIRS)])  # (M, D)
    blocks, count = [], max(1, COMPARISONS // max(1, len(others)))
    for start in range(0, len(images), count):
        rows, columns = torch.nonzero(_summary(images[start : start + count]) @ bounds.T >= least - SLACK, as_tuple=True)
        rows += start
        likeness = _likeness(images, others, rows, columns)
        kept = likeness >= least
        blocks.append(_likest(rows[kept].numpy(), columns[kept].numpy(), likeness[kept].numpy()))
        report(min(start + count, len(images)), len(images), "Comparing images")
    rows, columns, likeness = (np.concatenate(part) for part in zip(*blocks, strict=True))
    order = np.argsort(-likeness, kind="stable")
    return Duplicates(rows[order], columns[order], likeness[order])


def _directions(images: Tensor) -> Tensor:
    """Images as unit vectors (N, C, H, W) float32 without their channels' means: products are correlations. Flat images are zeros."""
    pixels = images.float()
    centred = pixels - pixels.mean((2, 3), keepdim=True)  # (N, C, H, W)
    return centred / centred.square().sum((1, 2, 3), keepdim=True).sqrt().clamp(min=1e-3)


def _summary(images: Tensor) -> Tensor:
    """(N, C * H * W / POOL**2 + 1): the averaged image, scaled to keep lengths, and the length of what averaging loses."""
    fine = _directions(images)
    coarse = POOL * F.avg_pool2d(fine, POOL).flatten(1)
    lost = (fine.square().sum((1, 2, 3)) - coarse.square().sum(1)).clamp(min=0).sqrt()  # (N,)
    return torch.cat([coarse, lost[:, None]], 1)


def _likeness(images: Tensor, others: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """The correlations (P,) of pairs, P pairs of positions."""
    pairs = zip(rows.split(PAIRS), columns.split(PAIRS), strict=True)
    return torch.cat([(_directions(images[i]) * _directions(others[j])).sum((1, 2, 3)) for i, j in pairs]).clamp(max=1)


def _likest(rows: np.ndarray, columns: np.ndarray, likeness: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the pairs of each row the one most alike; of equals the first."""
    order = np.argsort(-likeness, kind="stable")
    _, first = np.unique(rows[order], return_index=True)
    best = order[first]
    return rows[best], columns[best], likeness[best]
