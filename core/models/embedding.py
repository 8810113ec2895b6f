"""The patch embedding by hand: cut, flatten, multiply by one matrix, add a bias, LayerNorm. Equals `PatchEmbed`.

In NumPy and float64: a page shows an image's tokens before torch is loaded. Letters: C channels, p side of a patch, N patches,
V = C*p*p values of a patch, E = embed_dim.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from core.models.orders import reading

EPS = 1e-5  # of nn.LayerNorm


@dataclass(frozen=True, eq=False, kw_only=True)
class Embedding:
    """The weights of a `PatchEmbed`, and the mean and deviation that images are normalised with before it."""

    weight: np.ndarray  # (E, C, p, p), as nn.Conv2d has it
    bias: np.ndarray  # (E,)
    gain: np.ndarray  # (E,), LayerNorm's weight
    shift: np.ndarray  # (E,), LayerNorm's bias
    mean: np.ndarray  # (C,) in 0..1
    std: np.ndarray  # (C,)

    @classmethod
    def untrained(cls, patch_size: int, embed_dim: int, *, mean: np.ndarray, std: np.ndarray, seed: int = 0) -> Self:
        """Weights as PyTorch starts them: uniform in ±1/sqrt(V), LayerNorm's gain 1 and shift 0. Raises ConfigError for a patch that
        does not divide 32 pixels."""
        channels = len(mean)
        bound = reading(patch_size, channels=channels).values ** -0.5
        rng = np.random.default_rng(seed)
        return cls(
            weight=rng.uniform(-bound, bound, (embed_dim, channels, patch_size, patch_size)),
            bias=rng.uniform(-bound, bound, embed_dim),
            gain=np.ones(embed_dim),
            shift=np.zeros(embed_dim),
            mean=np.asarray(mean, np.float64),
            std=np.asarray(std, np.float64),
        )

    @property
    def patch_size(self) -> int:
        return self.weight.shape[-1]

    @property
    def embed_dim(self) -> int:
        return len(self.weight)

    @cached_property
    def matrix(self) -> np.ndarray:
        """The one matrix that every patch is multiplied by, (E, V): the convolution's weight, flattened."""
        return self.weight.reshape(self.embed_dim, -1)  # (E, C, p, p) -> (E, V)

    def normalised(self, image: np.ndarray) -> np.ndarray:
        """A uint8 image (C, H, W) as a model reads it: float64, per channel (value / 255 - mean) / std."""
        return (image / 255 - self.mean[:, None, None]) / self.std[:, None, None]

    def unnormalised(self, image: np.ndarray) -> np.ndarray:
        """The inverse of `normalised`: (C, H, W) float64 on the scale 0..255, not rounded and not cut off."""
        return 255 * (image * self.std[:, None, None] + self.mean[:, None, None])

    def patches(self, image: np.ndarray) -> np.ndarray:
        """The flat patches (N, V) of a uint8 image, normalised; values in the order (channel, row, column)."""
        return cut(self.normalised(image), self.patch_size)

    def project(self, patches: np.ndarray) -> np.ndarray:
        """Patches (N, V) times the matrix, plus the bias: (N, E), before LayerNorm."""
        return patches @ self.matrix.T + self.bias  # (N, V) @ (V, E) -> (N, E)

    def norm(self, projected: np.ndarray) -> np.ndarray:
        """LayerNorm of each token (N, E): mean 0 and deviation 1 over its features, then gain and shift."""
        centred = projected - projected.mean(-1, keepdims=True)
        return centred / np.sqrt(np.square(centred).mean(-1, keepdims=True) + EPS) * self.gain + self.shift

    def tokens(self, image: np.ndarray) -> np.ndarray:
        """The tokens (N, E) of a uint8 image, row by row."""
        return self.norm(self.project(self.patches(image)))

    def step_by_step(self, image: np.ndarray, patch: int, feature: int) -> Steps:
        """How one feature of one patch's token comes about."""
        values, kernel = self.patches(image)[patch].reshape(self.weight.shape[1:]), self.weight[feature]  # (C, p, p) each
        projected = self.project(self.patches(image)[patch])  # (E,)
        mean = float(projected.mean())
        return Steps(
            values=values,
            kernel=kernel,
            products=values * kernel,
            bias=float(self.bias[feature]),
            projected=float(projected[feature]),
            mean=mean,
            deviation=float(np.sqrt(np.square(projected - mean).mean() + EPS)),
            gain=float(self.gain[feature]),
            shift=float(self.shift[feature]),
            token=float(self.norm(projected)[feature]),
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class Steps:
    """One feature of one token: `projected` = sum of `products` + bias; `token` = (projected - mean) / deviation * gain + shift."""

    values: np.ndarray  # (C, p, p), the normalised patch
    kernel: np.ndarray  # (C, p, p); flattened, a row of the matrix
    products: np.ndarray  # (C, p, p)
    bias: float
    projected: float
    mean: float  # of all features of this token, before LayerNorm
    deviation: float  # of all features of this token, sqrt(variance + 1e-5)
    gain: float
    shift: float
    token: float


def cut(image: np.ndarray, patch_size: int) -> np.ndarray:
    """One image (C, H, W) as flat patches (N, C*p*p): `core.models.patches.patchify` without torch."""
    channels, height, width = image.shape
    p = patch_size
    grid = image.reshape(channels, height // p, p, width // p, p)  # (C, H, W) -> (C, h, p, w, p)
    return grid.transpose(1, 3, 0, 2, 4).reshape(-1, channels * p * p)  # -> (h, w, C, p, p) -> (N, V)


def paste(patches: np.ndarray, patch_size: int, *, channels: int = 3) -> np.ndarray:
    """The inverse of `cut` for a square image: (N, C*p*p) -> (C, H, W)."""
    side = round(len(patches) ** 0.5)
    grid = patches.reshape(side, side, channels, patch_size, patch_size)  # (N, V) -> (h, w, C, p, p)
    return grid.transpose(2, 0, 3, 1, 4).reshape(channels, side * patch_size, side * patch_size)  # -> (C, h, p, w, p) -> (C, H, W)
