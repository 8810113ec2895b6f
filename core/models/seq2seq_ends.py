"""What encoder-decoders have in common: how a source becomes tokens, what is passed on as memory, how tokens become logits."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import torch
from torch import Tensor, nn

from core.errors import ConfigError
from core.models.seq2seq_task import Seq2SeqTask
from core.symbols import LONGER, PAD


@dataclass(frozen=True, eq=False)
class Memory:
    """What an encoder has read: its states, and which of them only fill up the batch."""

    states: Tensor  # (B, S, C)
    padding: Tensor  # (B, S) boolean, True where padded

    def rows(self, index: Tensor) -> Self:
        """The memory of some rows of the batch, in the order of `index`, as often as it names them."""
        return type(self)(self.states[index], self.padding[index])


class ImageTokens(nn.Module):
    """A row of images as a row of tokens, (B, S, 3, P, P) uint8 -> (B, S, C): the same small convolutional network on each image.

    Three convolutions, each of which halves the side, one matrix, LayerNorm; tokens are as long as those of `token_embedding`. No BatchNorm
    but GroupNorm (Wu and He 2018): an image's token depends on no other image.
    """

    def __init__(self, image_size: int, embed_dim: int):
        super().__init__()
        widths = (3, 16, 32, 64)
        convolutions = [
            nn.Sequential(nn.Conv2d(narrow, wide, 3, stride=2, padding=1), nn.GroupNorm(4, wide), nn.GELU())
            for narrow, wide in pairwise(widths)
        ]
        side = -(-image_size // 8)  # halved three times, rounded up
        self.network = nn.Sequential(*convolutions, nn.Flatten(), nn.Linear(widths[-1] * side**2, embed_dim), nn.LayerNorm(embed_dim))
        nn.init.constant_(self.network[-1].weight, embed_dim**-0.5)

    def forward(self, images: Tensor) -> Tensor:
        pixels = images.to(self.network[-1].weight.dtype) / 127.5 - 1  # 0..255 -> -1..1
        return self.network(pixels.flatten(0, 1)).unflatten(0, images.shape[:2])  # (B, S, 3, P, P) -> (B * S, C) -> (B, S, C)


def source_embedding(task: Seq2SeqTask, embed_dim: int) -> nn.Module:
    """The module that makes (B, S, C) of a source of `task`: an embedding of its tokens, or `ImageTokens`."""
    return ImageTokens(task.image_size, embed_dim) if task.image_size else token_embedding(task.vocabulary, embed_dim)


def token_embedding(vocabulary: int, embed_dim: int) -> nn.Embedding:
    """An embedding whose vectors have a length of about 1 at first, so that as an output layer, too, it starts with small logits."""
    embedding = nn.Embedding(vocabulary, embed_dim)
    nn.init.normal_(embedding.weight, std=embed_dim**-0.5)
    return embedding


def source_padding(source: Tensor) -> Tensor:
    """Where a source only fills up its batch, (B, S) boolean: PAD among tokens (B, S), black images (B, S, 3, P, P) at the end of a row."""
    if source.dim() == 2:
        return source == PAD
    black = (source.flatten(2) == 0).all(-1)  # (B, S)
    return black.flip(1).cumprod(1).flip(1).bool()  # from the end on: a black picture with another one behind it is a picture


def check_source(task: Seq2SeqTask, source: Tensor) -> None:
    """Raise ConfigError for a source that is empty or longer than the positions reach, or of the wrong kind."""
    expected = 5 if task.image_size else 2
    if source.dim() != expected or (task.image_size and tuple(source.shape[2:]) != (3, task.image_size, task.image_size)):
        kind = f"images (B, S, 3, {task.image_size}, {task.image_size})" if task.image_size else "tokens (B, S)"
        raise ConfigError(f"This model reads {kind}, not {tuple(source.shape)}: choose a run of this task.")
    check_length(source.shape[1], task.max_source, "input")


def check_length(length: int, trained: int, what: str) -> None:
    """Raise ConfigError unless there is a token, and a position for each."""
    if not length:
        raise ConfigError(f"The {what} is empty: give it one token at least.")
    if length > LONGER * trained:
        raise ConfigError(
            f"The {what} has {length:,} tokens, and positions reach to {LONGER * trained:,}: {LONGER} times the longest of this task. "
            "Shorten it."
        )


def unpadded(padding: Tensor) -> Tensor:
    """The index of the last token that is no padding, (B,) int64; 0 where there is none."""
    places = torch.arange(padding.shape[1], device=padding.device)
    return places.masked_fill(padding, 0).amax(-1)  # (B, S) -> (B,)
