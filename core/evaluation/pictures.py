"""Answers of a trained model to single pictures, and what becomes of them when patches are erased or swapped. Patches count row by
row from the top left, from 0."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.errors import NOT_FINITE, ConfigError, StoreError
from core.models.configs import PATCH_SIZES

if TYPE_CHECKING:
    from core.training.runs.checkpoint import OpenedModel

MOST_EDITS = 512  # of a picture
TOLERANCE = 1e-5  # of a probability that is computed in float32
MIDDLE, CORNERS = (5, 6, 9, 10), (0, 3, 12, 15)  # of a picture cut into 4 x 4 patches
FEW = 16  # pictures that are read without an estimate, which takes longer
QUARTER = 8  # pixels, the side of such a patch


@dataclass(frozen=True)
class Erase:
    """Paint a patch in one color."""

    patch: int


@dataclass(frozen=True)
class Swap:
    """Let two patches change places."""

    first: int
    second: int


def erased(image: np.ndarray, patch: int, patch_size: int, color: Sequence[int]) -> np.ndarray:
    """A copy of `image` (3, H, W) uint8 whose patch has `color` (3,)."""
    copy = image.copy()
    copy[_area(image, patch, patch_size)] = np.asarray(color, image.dtype)[:, None, None]  # (3,) -> (3, 1, 1)
    return copy


def swapped(image: np.ndarray, first: int, second: int, patch_size: int) -> np.ndarray:
    """A copy of `image` (3, H, W) in which two patches have changed places; nothing else is touched."""
    copy = image.copy()
    here, there = _area(image, first, patch_size), _area(image, second, patch_size)
    copy[here], copy[there] = image[there], image[here]
    return copy


def edited(image: np.ndarray, edits: Iterable[Erase | Swap], patch_size: int, color: Sequence[int]) -> np.ndarray:
    """`image` (3, H, W) uint8 after all edits, one after the other; what is erased gets `color` (3,)."""
    for edit in edits:
        if isinstance(edit, Erase):
            image = erased(image, edit.patch, patch_size, color)
        else:
            image = swapped(image, edit.first, edit.second, patch_size)
    return image


def _area(image: np.ndarray, patch: int, patch_size: int) -> tuple[slice, slice, slice]:
    row, column = divmod(patch, image.shape[2] // patch_size)
    top, left = row * patch_size, column * patch_size
    return slice(None), slice(top, top + patch_size), slice(left, left + patch_size)


def parse_edits(text: str, patch_size: int, side: int = 32) -> tuple[Erase | Swap, ...]:
    """Edits written as in a link: "5.1-2" erases patch 5, then swaps patches 1 and 2.

    Raises ConfigError for a patch that the picture of `side` pixels does not have, too many edits, or what is none.
    """
    if patch_size not in PATCH_SIZES:
        raise ConfigError(f"patch_size = {patch_size} does not cut a picture of {side} pixels: choose one of {_listed(PATCH_SIZES)}.")
    parts = text.split(".") if text else []
    if len(parts) > MOST_EDITS:
        raise ConfigError(f"These are {len(parts):,} edits, at most {MOST_EDITS} are made: start again from the whole picture.")
    return tuple(_parse_edit(part, (side // patch_size) ** 2) for part in parts)


def _parse_edit(part: str, patches: int) -> Erase | Swap:
    numbers = part.split("-")
    if len(numbers) > 2 or not all(n.isascii() and n.isdecimal() and len(n) <= 4 for n in numbers):
        raise ConfigError(f"{part[:20]!r} is no edit: write 5 to erase patch 5, and 1-2 to swap patches 1 and 2.")
    patch_numbers = [int(number) for number in numbers]
    if max(patch_numbers) >= patches:
        raise ConfigError(f"There is no patch {max(patch_numbers)}: the picture is cut into {patches} patches, 0 to {patches - 1}.")
    return Erase(*patch_numbers) if len(patch_numbers) == 1 else Swap(*patch_numbers)


def edits_text(edits: Iterable[Erase | Swap]) -> str:
    """The inverse of `parse_edits`."""
    return ".".join(str(e.patch) if isinstance(e, Erase) else f"{e.first}-{e.second}" for e in edits)


def _listed(values: Iterable[object]) -> str:
    return ", ".join(map(str, values))


def mean_color(opened: OpenedModel) -> tuple[int, int, int]:
    """The mean color of the model's training images as (3,) uint8 values: normalised it is 0, up to rounding."""
    return tuple(round(255 * value) for value in opened.mean)


def probabilities(opened: OpenedModel, images: np.ndarray) -> np.ndarray:
    """Softmax over the K classes for each of (N, 3, 32, 32) uint8 pictures, (N, K) float64; by one CPU thread, the calling one.

    Raises StoreError when the model has no finite answer: its weights are of a training that failed; ConfigError when there is no memory
    for so many.
    """
    import torch

    from core.data.splits import normalize
    from core.training.loop.device import computing_with

    if len(images) > FEW:
        from core.training.runs.fitting import check_reads

        check_reads(opened.metadata["config"], len(images), classes=len(opened.classes), what="Reading these pictures")
    # With more threads so few pictures are no faster, and beside a run that trains they were 30 to 100 times slower.
    with computing_with(1), torch.inference_mode():
        logits = opened.model(normalize(torch.from_numpy(images), opened.mean, opened.std))  # (N, 3, 32, 32) -> (N, K)
    if not logits.isfinite().all():
        raise StoreError(NOT_FINITE)
    return torch.softmax(logits.double(), dim=1).numpy()


def top_classes(probability: np.ndarray, k: int) -> list[int]:
    """The k most probable of (K,) classes, the most probable first; of equals the first."""
    return np.argsort(-probability, kind="stable")[:k].tolist()


@dataclass(frozen=True)
class AnswerCheck:
    """Largest differences between the answers to some pictures and what any answer must be, and how much is allowed."""

    total: float  # between the sum of the probabilities and 1
    alone: float  # between the answer to a picture alone and in a batch with the others
    tolerance: float = TOLERANCE

    @property
    def passed(self) -> bool:
        return max(self.total, self.alone) <= self.tolerance


def check_answers(opened: OpenedModel, images: np.ndarray) -> AnswerCheck:
    """Whether the answers to (N, 3, 32, 32) uint8 pictures are distributions, and do not depend on what else is in the batch."""
    together = probabilities(opened, images)  # (N, K)
    alone = np.concatenate([probabilities(opened, image[None]) for image in images])  # (N, K)
    return AnswerCheck(float(np.abs(together.sum(axis=1) - 1).max()), float(np.abs(together - alone).max()))


@dataclass(frozen=True)
class Effect:
    """Effect of erasing patches on the answers to some pictures."""

    images: int
    changed: int  # pictures whose most probable class has become another one
    moved: float  # probability that went from one class to another, 0 to 1 (total variation distance), mean over the pictures


def effect_of_erasing(opened: OpenedModel, images: np.ndarray, patches: Iterable[int], patch_size: int) -> Effect:
    """Compare the answers to (N, 3, 32, 32) uint8 pictures before and after `patches` of each got the mean color."""
    before = probabilities(opened, images)  # (N, K)
    edits, color = [Erase(patch) for patch in patches], mean_color(opened)
    after = probabilities(opened, np.stack([edited(image, edits, patch_size, color) for image in images]))  # (N, K)
    changed = int((before.argmax(axis=1) != after.argmax(axis=1)).sum())
    return Effect(len(images), changed, float(np.abs(before - after).sum(axis=1).mean() / 2))
