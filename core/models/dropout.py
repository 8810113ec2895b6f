"""Dropout that draws from a generator of its own, so that a run does not depend on what else the process draws."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from core.errors import ConfigError


class Dropout(nn.Module):
    """Set each value to 0 with probability `p` while training and scale the rest by 1 / (1 - p) (Srivastava et al.
    2014).

    Draws from `generator` if one is set (see `seed_dropout`), else from torch's global one. Raises ConfigError unless 0
    <= p < 1.
    """

    def __init__(self, p: float):
        super().__init__()
        if not 0 <= p < 1:
            raise ConfigError(f"dropout = {p:g} is out of range: choose 0 or more and less than 1.")
        self.p = p
        self.generator: torch.Generator | None = None

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        keep = torch.empty_like(x).bernoulli_(1 - self.p, generator=self.generator)
        return x * keep.div_(1 - self.p)

    def extra_repr(self) -> str:
        return f"p={self.p:g}"


def seed_dropout(model: nn.Module, seed: int, device: torch.device | str) -> None:
    """Give every Dropout of `model` a new generator on `device`, seeded from `seed` and its place in the model."""
    layers = [module for module in model.modules() if isinstance(module, Dropout)]
    for index, layer in enumerate(layers):
        layer.generator = torch.Generator(device).manual_seed(int(np.random.SeedSequence([seed, index]).generate_state(1)[0]))
