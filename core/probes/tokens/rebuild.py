"""Images made again from their tokens by least squares: what an embedding keeps of them. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.models.embedding import Embedding, paste

TOLERANCE = 1e-6  # grey levels of 255


@dataclass(frozen=True, eq=False)
class Rebuilt:
    """An image made again from its tokens, as far as that can be done. Errors are in grey levels of 255."""

    image: np.ndarray  # (C, H, W) uint8
    error: np.ndarray  # (C, H, W) float64, rebuilt minus original, before rounding
    rank: int  # of the matrix: so many independent numbers of a patch arrive
    values: int  # of a patch, V
    tolerance: float = TOLERANCE

    @property
    def rms(self) -> float:
        """Root of the mean squared error over pixels and channels."""
        return float(np.sqrt(np.square(self.error).mean()))

    @property
    def max_abs_diff(self) -> float:
        """The largest error of any pixel and channel."""
        return float(np.abs(self.error).max())

    @property
    def full_rank(self) -> bool:
        """Whether the matrix can lose nothing of any patch: its rank is the number of a patch's values."""
        return self.rank == self.values

    @property
    def exact(self) -> bool:
        """Whether this image came back."""
        return self.max_abs_diff <= self.tolerance


def rebuild(embedding: Embedding, image: np.ndarray) -> Rebuilt:
    """The uint8 image (C, H, W) from its projected patches: of all patches with these projections the one nearest to the mean color that
    images are normalised with (the pseudoinverse, Penrose 1955).

    What is inverted is the projection, matrix and bias; the LayerNorm after it, which takes mean and scale out of each token, is not.
    """
    projected = embedding.project(embedding.patches(image))  # (N, E)
    left, singular, right = np.linalg.svd(embedding.matrix, full_matrices=False)  # (E, R), (R,), (R, V); R = min(E, V)
    rank = int((singular > singular[0] * max(embedding.matrix.shape) * np.finfo(np.float64).eps).sum())
    patches = (projected - embedding.bias) @ left[:, :rank] / singular[:rank] @ right[:rank]  # -> (N, rank) -> (N, V)
    made = embedding.unnormalised(paste(patches, embedding.patch_size, channels=len(image)))
    return Rebuilt(np.rint(made).clip(0, 255).astype(np.uint8), made - image, rank, embedding.matrix.shape[1])


def losses_by_width(patch_size: int, widths: Sequence[int], image: np.ndarray, *, mean: np.ndarray, std: np.ndarray) -> dict[int, float]:
    """The root mean square error of `rebuild`, in grey levels of 255, for untrained embeddings of each width.

    A narrower one has the first rows of a wider one's matrix, so one factorisation serves all widths.
    """
    widest = Embedding.untrained(patch_size, max(widths), mean=mean, std=std)
    patches = widest.patches(image)  # (N, V)
    basis, _ = np.linalg.qr(widest.matrix.T)  # (V, R): its first columns span the matrix's first rows
    losses = {}
    for width in widths:
        seen = basis[:, :width]
        made = widest.unnormalised(paste(patches @ seen @ seen.T, patch_size, channels=len(image)))
        losses[width] = float(np.sqrt(np.square(made - image).mean()))
    return losses
