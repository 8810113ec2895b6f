"""What every model that names images is given: normalised ones, of the size that it was built for."""

from __future__ import annotations

from torch import Tensor

from core.errors import DataError


def check_images(images: Tensor, *, channels: int, side: int) -> None:
    """Raise DataError unless `images` are floats (B, channels, side, side): others are answered without sense, or end in a size error."""
    if not images.is_floating_point():
        raise DataError(
            f"A model reads normalised images, and these are {images.dtype}: core.data.splits.normalize(images, dataset.mean, "
            "dataset.std) makes them of bytes."
        )
    if images.ndim != 4:
        wanted = f"(B, {channels}, {side}, {side})"
        raise DataError(f"A model reads a batch of images, {wanted}, and this is {tuple(images.shape)}: one alone is images[None].")
    if images.shape[1:] != (channels, side, side):
        raise DataError(
            f"This model was built for images of {channels} x {side} x {side}, and these are {tuple(images.shape)}: resize them, or build "
            "the model for such ones with image_size=... and channels=..."
        )
