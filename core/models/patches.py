"""An image as a sequence of patches: cut into a grid of squares, read row by row from the top left."""

from __future__ import annotations

import math
import warnings

from torch import Tensor, nn

from core.errors import ConfigError
from core.models.inputs import check_images
from core.other_names import also_named
from core.text import quoted


def patchify(images: Tensor, patch_size: int) -> Tensor:
    """Cut (B, C, H, W) images into flat patches, (B, N, C*p*p); values of a patch in the order (channel, row, column).

    Raises ConfigError if the patch does not divide height and width.
    """
    height, width = images.shape[-2:]
    check_divides(patch_size, height)
    check_divides(patch_size, width)
    images = images.unflatten(3, (-1, patch_size)).unflatten(2, (-1, patch_size))  # (B, C, H, W) -> (B, C, h, p, w, p)
    return images.permute(0, 2, 4, 1, 3, 5).flatten(3).flatten(1, 2)  # -> (B, h, w, C, p, p) -> (B, N, C*p*p)


def unpatchify(patches: Tensor, patch_size: int, grid: tuple[int, int] | None = None) -> Tensor:
    """Put flat patches (B, N, C*p*p) together again, (B, C, H, W): the inverse of `patchify`.

    `grid` is (rows, columns) of patches, a square unless given. Raises ConfigError if the patches do not fill the grid.
    """
    tokens, features = patches.shape[1:]
    rows, columns = grid or (math.isqrt(tokens), math.isqrt(tokens))
    if rows * columns != tokens:
        raise ConfigError(f"{tokens} patches do not fill a grid of {rows} x {columns}: give grid=(rows, columns).")
    if features % patch_size**2:
        raise ConfigError(f"Patches of {features} values are not {patch_size} x {patch_size} pixels of whole channels.")
    patches = patches.unflatten(2, (-1, patch_size, patch_size)).unflatten(1, (rows, columns))  # -> (B, h, w, C, p, p)
    return patches.permute(0, 3, 1, 4, 2, 5).flatten(4).flatten(2, 3)  # -> (B, C, h, p, w, p) -> (B, C, H, W)


class PatchEmbed(nn.Module):
    """Patches as tokens, (B, C, H, W) -> (B, N, embed_dim): one strided convolution, then LayerNorm.

    The convolution equals "cut, flatten, multiply by one matrix" (Dosovitskiy et al. 2020): its weight, flattened, is
    the matrix. `img_size` and `in_chans`, the names of timm, are taken, too. Raises ConfigError if the patch does not divide the image.
    """

    @also_named(img_size="image_size", in_chans="in_channels")
    def __init__(self, image_size: int, patch_size: int, in_channels: int = 3, embed_dim: int = 64, *, channels: int | None = None):
        """`channels` is what `in_channels` was called at first."""
        super().__init__()
        if channels is not None:
            warnings.warn("PatchEmbed: write in_channels instead of channels, as in nn.Conv2d.", DeprecationWarning, stacklevel=3)
            in_channels = channels
        check_divides(patch_size, image_size)
        self.image_size, self.patch_size = image_size, patch_size
        self.num_patches = (image_size // patch_size) ** 2
        self.project = nn.Conv2d(in_channels, embed_dim, kernel_size=patch_size, stride=patch_size)
        self.norm = nn.LayerNorm(embed_dim)

    def forward(self, images: Tensor) -> Tensor:
        check_images(images, channels=self.project.in_channels, side=self.image_size)
        tokens = self.project(images).flatten(2).transpose(1, 2)  # (B, C, H, W) -> (B, E, h, w) -> (B, E, N) -> (B, N, E)
        return self.norm(tokens)


def check_divides(patch_size: int, side: int) -> None:
    """Raise ConfigError, with the sizes that are possible, unless `patch_size` divides the image's `side`."""
    if not hasattr(patch_size, "__index__") or not hasattr(side, "__index__"):
        raise ConfigError(f"Sizes are whole numbers of pixels, and these are {quoted(patch_size)} and {quoted(side)}.")
    if patch_size < 1 or side % patch_size:
        possible = ", ".join(str(p) for p in range(1, side + 1) if side % p == 0)
        raise ConfigError(f"patch_size = {patch_size} does not divide an image of {side} pixels: choose one of {possible}.")
