"""Normalised images and back: exact with the same mean and deviation, wrong colors with any others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from core.data.splits import normalize, unnormalize

Constants = tuple[Sequence[float], Sequence[float]]  # mean and deviation per channel, in units of 0..1

# What is often found in code that was written for other images.
OTHERS: dict[str, Constants] = {
    "ImageNet's": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "0.5 and 0.5": ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
}
TOLERANCE = 0  # levels: bytes come back as they were, or they do not


@dataclass(frozen=True)
class RoundTrip:
    """`numbers` bytes normalised and back: the largest difference in levels of 255, and the share of them that changed."""

    numbers: int
    largest: int
    changed: float

    @property
    def passed(self) -> bool:
        """Whether every byte came back."""
        return self.largest <= TOLERANCE


def round_trip(images: Tensor, there: Constants, back: Constants) -> RoundTrip:
    """uint8 images (..., C, H, W) normalised with `there` and un-normalised with `back`, compared with what they were."""
    returned = unnormalize(normalize(images, *there), *back)  # (..., C, H, W) uint8
    difference = (returned.int() - images.int()).abs()
    return RoundTrip(images.numel(), int(difference.max()), float((difference > 0).double().mean()))
