"""Dropout of a script, which draws what the lab's own draws."""

import numpy as np
import torch
from torch import nn


class Dropout(nn.Module):
    """Dropout that draws from a generator of its own, seeded anew for every epoch."""

    def __init__(self, p):
        super().__init__()
        self.p, self.generator = p, None

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        keep = torch.empty_like(x).bernoulli_(1 - self.p, generator=self.generator)
        return x * keep.div_(1 - self.p)


def seed_dropout(model, seed, device):
    """Give every dropout of a model a generator, seeded by its place in the model."""
    for index, layer in enumerate(module for module in model.modules() if isinstance(module, Dropout)):
        layer.generator = torch.Generator(device).manual_seed(int(np.random.SeedSequence([seed, index]).generate_state(1)[0]))
