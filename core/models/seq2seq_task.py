"""What every encoder-decoder is built for and answers: the contract between models, decoding and training. No torch here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Seq2SeqTask:
    """Sequences of at most `max_source` tokens in, at most `max_target` tokens (BOS and EOS counted) out, one vocabulary for both.

    With `image_size` the source is a row of images (B, S, 3, image_size, image_size) uint8, one token an image, all zeros as padding; else
    (B, S) int64 tokens with PAD. Positions exist for four times these lengths, so that longer sequences than trained can be tried.
    """

    vocabulary: int
    max_source: int
    max_target: int
    image_size: int = 0


class Seq2Seq(Protocol):
    """What every encoder-decoder can do. Memory and cache are opaque to their users but for the fields that are named here; both have
    `.rows(index)`: some rows of the batch, in the order of `index`, as often as it names them."""

    task: Seq2SeqTask

    def encode(self, source: Tensor) -> Any:
        """Read (B, S) tokens (or images) once: a memory record with `.states` (B, S, C) and `.padding` (B, S) bool, True where padded."""

    def decode(self, target: Tensor, memory: Any) -> Tensor:
        """Logits (B, T, V) of what follows each token of `target` (B, T), whose first is BOS: teacher forcing, all steps at once."""

    def start(self, memory: Any) -> Any:
        """An empty cache for decoding token by token."""

    def step(self, token: Tensor, cache: Any) -> tuple[Tensor, Any]:
        """Logits (B, V) of what follows `token` (B,), and the cache with it; `cache` itself is not changed (beams share one)."""

    def __call__(self, source: Tensor, target: Tensor) -> Tensor:
        """`decode(target, encode(source))`."""
