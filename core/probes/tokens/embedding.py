"""Is a strided convolution "cut, flatten, multiply by one matrix"? The same weights in both, and the largest difference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from core.models.embedding import Embedding
from core.models.patches import PatchEmbed

TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class EmbeddingReport:
    """Differences of both ways, over all features of all tokens of an image."""

    convolved: np.ndarray  # (N, E), what the convolution gives, before LayerNorm
    max_abs_diff: float  # of the tokens, after LayerNorm
    max_abs_diff_projected: float  # before it
    tolerance: float = TOLERANCE

    @property
    def tokens(self) -> int:
        return self.convolved.shape[0]

    @property
    def features(self) -> int:
        return self.convolved.shape[1]

    @property
    def equal(self) -> bool:
        """Whether both ways give the same tokens, before LayerNorm and after it."""
        return max(self.max_abs_diff, self.max_abs_diff_projected) <= self.tolerance


def as_module(embedding: Embedding, image_size: int) -> PatchEmbed:
    """A `PatchEmbed` with the weights of `embedding`, in float64."""
    embed_dim, channels, patch_size, _ = embedding.weight.shape
    module = PatchEmbed(image_size, patch_size, in_channels=channels, embed_dim=embed_dim).double()
    weights = {"project.weight": embedding.weight, "project.bias": embedding.bias, "norm.weight": embedding.gain}
    module.load_state_dict({name: torch.tensor(value) for name, value in {**weights, "norm.bias": embedding.shift}.items()})
    return module


@torch.no_grad()
def embedding_test(embedding: Embedding, image: np.ndarray) -> EmbeddingReport:
    """Embed a uint8 image (C, H, W) by PyTorch's convolution with stride p and LayerNorm, and by hand, in float64."""
    module = as_module(embedding, image.shape[-1])
    pixels = torch.from_numpy(embedding.normalised(image))[None]  # (1, C, H, W)
    projected = module.project(pixels).flatten(2).transpose(1, 2)[0]  # (1, E, h, w) -> (1, N, E) -> (N, E)
    by_hand = embedding.project(embedding.patches(image))  # (N, E)
    return EmbeddingReport(
        projected.numpy(),
        max_abs_diff=_largest(module(pixels)[0], embedding.norm(by_hand)),
        max_abs_diff_projected=_largest(projected, by_hand),
    )


def _largest(one: torch.Tensor, other: np.ndarray) -> float:
    return float(np.abs(one.numpy() - other).max())
