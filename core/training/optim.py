"""Optimisers and learning-rate schedules. The learning rate is a pure function of the step: nothing to save, nothing to drift."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import nn

from core.training.config import TrainingConfig

WARM_UP = 0.3  # share of the steps in which one-cycle rises
START = 1 / 25  # where one-cycle starts, as a share of the peak (Smith 2018; the defaults of torch's OneCycleLR)


def make_optimizer(model: nn.Module, config: TrainingConfig) -> torch.optim.Optimizer:
    """The optimiser that `config` names, in torch's fused form."""
    common = {"lr": config.lr, "weight_decay": config.weight_decay, "fused": True}
    match config.optimizer:
        case "adamw":
            return torch.optim.AdamW(model.parameters(), **common)
        case "adam":
            return torch.optim.Adam(model.parameters(), **common)
        case "sgd":
            return torch.optim.SGD(model.parameters(), momentum=config.momentum, **common)
    raise AssertionError(config.optimizer)


def scheduled_lr(config: TrainingConfig, step: int, total_steps: int) -> float:
    """The learning rate of step `step` (from 0) of `total_steps`, before any change by hand."""
    at = step / total_steps
    match config.schedule:
        case "constant":
            return config.lr
        case "cosine":
            return config.lr * 0.5 * (1 + math.cos(math.pi * at))
        case "one-cycle":
            if at < WARM_UP:
                return config.lr * (START + (1 - START) * 0.5 * (1 - math.cos(math.pi * at / WARM_UP)))
            return config.lr * 0.5 * (1 + math.cos(math.pi * (at - WARM_UP) / (1 - WARM_UP)))
    raise AssertionError(config.schedule)


def learning_rate(config: TrainingConfig, step: int, total_steps: int, changes: Sequence[tuple[int, float]] = ()) -> float:
    """The learning rate of step `step`, with the `changes` (step, learning rate) made by hand.

    A change scales the rest of the schedule, so that it takes the new value at once and keeps its form.
    """
    lr = scheduled_lr(config, step, total_steps)
    before = [(s, new) for s, new in changes if s <= step]
    return lr * before[-1][1] / scheduled_lr(config, before[-1][0], total_steps) if before else lr
