"""Shuffling that a trained model bears, in doses: its accuracy on pictures of which more and more patches have changed places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.errors import DataError, unknown
from core.evaluation.intervals import Interval, proportion_interval
from core.evaluation.pictures import probabilities
from core.models.embedding import cut, paste

if TYPE_CHECKING:
    from core.training.runs.checkpoint import OpenedModel

PATCH = 4  # pixels, the same for all models
GRID = 32 // PATCH
BATCH = 250


@dataclass(frozen=True)
class ShuffleKind:
    """A row of `KINDS`: a way to shuffle in doses. `doses` are what it counts in, the smallest first moves nothing."""

    title: str
    unit: str
    doses: tuple[int, ...]


KINDS = {
    "swaps": ShuffleKind("pairs of patches swapped", "pairs", (0, 1, 2, 4, 8, 16, 32)),
    "rows": ShuffleKind("pairs of whole rows swapped", "pairs of rows", (0, 1, 2, 3, 4)),
    "blocks": ShuffleKind("square blocks shuffled, smaller and smaller", "patches a block's side", (8, 4, 2, 1)),
}


@dataclass(frozen=True)
class Dose:
    """Accuracy of a model at one dose."""

    dose: int  # in the unit of its kind
    moved: float  # share of patches that are not where they were, mean over the pictures
    accuracy: Interval


def orders(kind: str, dose: int, count: int, *, seed: int = 0) -> np.ndarray:
    """A permutation of the 64 patches for each of `count` pictures, (count, 64): place t then holds patch p[t].

    "swaps" and "rows" exchange `dose` pairs, none of them twice; "blocks" draws an order of the blocks of `dose` x `dose` patches.
    Raises ConfigError for another kind.
    """
    if kind not in KINDS:
        raise unknown("way to shuffle", kind, KINDS)
    rng = np.random.default_rng(seed)
    return np.stack([_order(kind, dose, rng) for _ in range(count)])


def _order(kind: str, dose: int, rng: np.random.Generator) -> np.ndarray:
    place = np.arange(GRID**2)
    if kind == "swaps":
        return _pairs_swapped(place, dose, rng)
    if kind == "rows":
        return place.reshape(GRID, GRID)[_pairs_swapped(np.arange(GRID), dose, rng)].ravel()
    side = GRID // dose  # blocks in a row
    blocks = place.reshape(side, dose, side, dose).transpose(0, 2, 1, 3).reshape(side**2, dose, dose)
    shuffled = blocks[rng.permutation(side**2)].reshape(side, side, dose, dose)
    return shuffled.transpose(0, 2, 1, 3).ravel()


def _pairs_swapped(places: np.ndarray, pairs: int, rng: np.random.Generator) -> np.ndarray:
    swapped = places.copy()
    chosen = rng.permutation(len(places))[: 2 * pairs].reshape(2, pairs)
    swapped[chosen] = places[chosen[::-1]]
    return swapped


def shuffled_image(image: np.ndarray, order: np.ndarray) -> np.ndarray:
    """A picture (3, 32, 32) whose patches stand in another order: place t holds patch order[t]. As many patches as `order` is long."""
    patch = 32 // round(len(order) ** 0.5)
    return paste(cut(image, patch)[order], patch)


def dose_response(
    opened: OpenedModel,
    images: np.ndarray,
    labels: np.ndarray,
    kind: str,
    *,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> list[Dose]:
    """The accuracy of a model at each dose of a kind, on (N, 3, 32, 32) uint8 pictures with classes (N,) as the model counts them.

    Each picture is shuffled in a way of its own; all models get the same pictures. Raises DataError without pictures.
    """
    if not len(images):
        raise DataError("There are no pictures to shuffle: choose a data set that is on this computer.")
    doses = []
    for place, dose in enumerate(KINDS[kind].doses):
        order = orders(kind, dose, len(images), seed=seed)  # (N, 64)
        pictures = np.stack([shuffled_image(image, one) for image, one in zip(images, order, strict=True)])
        parts = (pictures[start : start + BATCH] for start in range(0, len(pictures), BATCH))
        answers = np.concatenate([probabilities(opened, part).argmax(axis=1) for part in parts])  # (N,)
        moved = float((order != np.arange(GRID**2)).mean())
        doses.append(Dose(dose, moved, proportion_interval(int((answers == labels).sum()), len(labels))))
        if progress:
            progress((place + 1) / len(KINDS[kind].doses))
    return doses
