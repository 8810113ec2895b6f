"""A running average of the weights over the steps of a run: steadier, and often better, than any single step's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


class WeightAverage:
    """Exponential moving average of a model's weights, average = d * average + (1 - d) * weights after every step.

    d is `decay`, at first less: (1 + steps) / (10 + steps), so that the start is soon forgotten (as in TensorFlow's
    ExponentialMovingAverage). What is not a floating-point number is copied.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.model, self.decay = model, decay
        self.weights = {name: value.detach().clone() for name, value in model.state_dict().items()}

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the weights after step `step`, from 0."""
        share = 1 - min(self.decay, (1 + step) / (10 + step))
        now = self.model.state_dict()
        smooth = [name for name, value in now.items() if value.is_floating_point()]
        torch._foreach_lerp_([self.weights[name] for name in smooth], [now[name] for name in smooth], share)
        for name in now.keys() - smooth:
            self.weights[name].copy_(now[name])

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """While it lasts, the model has the averaged weights."""
        own = {name: value.clone() for name, value in self.model.state_dict().items()}
        self.model.load_state_dict(self.weights)
        try:
            yield
        finally:
            self.model.load_state_dict(own)
