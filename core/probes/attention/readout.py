"""Answers of a Vision Transformer's head to other tokens than the one it was trained on, and the shapes on the way there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.errors import NOT_FINITE, ConfigError, DataError
from core.models.vit import ViT
from core.probes.recording import recording


@dataclass(frozen=True, eq=False)
class Readouts:
    """Logits of the same head from what the encoder gives, read in three ways; no weight is changed."""

    class_token: Tensor  # (B, K) as trained: from token 0
    mean: Tensor  # (B, K) from the mean of the patches' tokens, after the LayerNorm
    each: Tensor  # (B, N, K) from each patch's token by itself

    def right(self, labels: Tensor) -> tuple[int, int]:
        """Numbers of (B,) labels that are answered from the class token, and from the mean."""
        return tuple(int((logits.argmax(1) == labels).sum()) for logits in (self.class_token, self.mean))

    @property
    def same(self) -> int:
        """For how many images both give the same class."""
        return int((self.class_token.argmax(1) == self.mean.argmax(1)).sum())

    @property
    def agreeing(self) -> Tensor:
        """Numbers of patches of each image, (B,), that say by themselves what the class token says."""
        return (self.each.argmax(2) == self.class_token.argmax(1)[:, None]).sum(1)


def read_tokens(model: nn.Module, images: Tensor) -> Readouts:
    """Swap the class token for the mean of the patches' tokens, without training: (B, 3, H, W) normalised images.

    Raises ConfigError for a model that is no ViT, and DataError for numbers that are not finite.
    """
    _check(model)
    kept: list[Tensor] = []
    with torch.no_grad(), recording({model.encoder: lambda module, args, output: kept.append(output)}):
        model(images)
        tokens = model.norm(kept[0])  # (B, 1 + N, C)
        readouts = Readouts(model.head(tokens[:, 0]), model.head(tokens[:, 1:].mean(1)), model.head(tokens[:, 1:]))
    if not readouts.each.isfinite().all():
        raise DataError(NOT_FINITE)
    return readouts


def layer_shapes(model: nn.Module, images: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    """Outputs of each step of a ViT that is given `images`: names and shapes, measured on the way. Raises ConfigError for another
    model."""
    _check(model)
    parts = {"patches": model.embed, "encoder": model.encoder}
    parts |= {f"layer {number}": layer for number, layer in enumerate(model.encoder.layers, 1)}
    parts |= {"LayerNorm of token 0": model.norm, "head": model.head}
    seen: dict[str, tuple[int, ...]] = {"images": tuple(images.shape)}

    def keep(name: str) -> Callable:
        def hook(module: nn.Module, args: tuple[Tensor, ...], output: Tensor) -> None:
            seen[name] = tuple(output.shape)
            if name == "encoder":  # what it is given: positions change no shape
                seen["class token"] = seen["positions"] = tuple(args[0].shape)

        return hook

    with torch.no_grad(), recording({part: keep(name) for name, part in parts.items()}):
        model(images)
    order = ["images", "patches", "class token", "positions", *(name for name in parts if name not in ("patches", "encoder"))]
    return [(name, seen[name]) for name in order]


def _check(model: nn.Module) -> None:
    if not isinstance(model, ViT):
        raise ConfigError(f"A {type(model).__name__} has no class token to swap: choose a ViT.")
