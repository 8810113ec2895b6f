"""Optimisers and learning-rate schedules. The learning rate is a pure function of the step: nothing to save, nothing to drift."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import torch
from torch import nn

from core.models.logits import Logits
from core.models.positions import LearnedPositions
from core.training.config import TrainingConfig
from core.training.loop.muon import Muon, gates

WARM_UP = 0.3  # share of the steps in which one-cycle rises
LINEAR_WARM_UP = 0.15  # share of the steps in which linear rises
START = 1 / 25  # where one-cycle starts, as a share of the peak (Smith 2018; the defaults of torch's OneCycleLR)


def make_optimizer(model: nn.Module, config: TrainingConfig, *, fused: bool = True) -> torch.optim.Optimizer | Together:
    """The optimiser that `config` names, in torch's `fused` form. A group's "lr_scale" is its share of the run's learning rate."""
    common = {"lr": config.lr, "weight_decay": config.weight_decay, "fused": fused}
    match config.optimizer:
        case "adamw":
            return torch.optim.AdamW(model.parameters(), **common)
        case "adam":
            return torch.optim.Adam(model.parameters(), **common)
        case "sgd":
            return torch.optim.SGD(model.parameters(), momentum=config.momentum, **common)
        case "muon":
            matrices = muon_matrices(model)
            rest = [p for p in model.parameters() if all(p is not m for m in matrices)]
            group = {"params": matrices, "lr_scale": config.muon_lr / config.lr}
            muon = Muon([group], weight_decay=config.weight_decay, parts=gates(model))
            return Together(torch.optim.AdamW(rest, **common), muon)
    raise AssertionError(config.optimizer)


def muon_matrices(model: nn.Module) -> list[nn.Parameter]:
    """The parameters that Muon steps: matrices and convolutions that map features to features.

    Not embeddings, positions and the layer that makes logits: a row of those is a symbol, a place or a class. In a model that is not the
    lab's, the last one is what is called `head`.
    """
    tables = [part for part in model.modules() if isinstance(part, (nn.Embedding, LearnedPositions, Logits))]
    tables += [part for name, part in model.named_children() if name == "head"]
    apart = {id(parameter) for part in tables for parameter in part.parameters()}
    return [parameter for parameter in model.parameters() if parameter.ndim in (2, 4) and id(parameter) not in apart]


class Together:
    """Several optimisers, each with parameters of its own, used as one."""

    def __init__(self, *optimizers: torch.optim.Optimizer) -> None:
        self.optimizers = optimizers

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        return [group for optimizer in self.optimizers for group in optimizer.param_groups]

    def step(self) -> None:
        for optimizer in self.optimizers:
            optimizer.step()

    def zero_grad(self, *, set_to_none: bool = True) -> None:
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=set_to_none)

    def _offsets(self) -> list[int]:
        """Where each optimiser's parameters start among all."""
        return [0, *accumulate(sum(len(group["params"]) for group in optimizer.param_groups) for optimizer in self.optimizers)]

    def state_dict(self) -> dict[str, Any]:
        """As an optimiser's, with the parameters of all numbered through."""
        state, groups = {}, []
        for first, optimizer in zip(self._offsets(), self.optimizers, strict=False):
            part = optimizer.state_dict()
            state |= {first + index: slots for index, slots in part["state"].items()}
            groups += [{**group, "params": [first + index for index in group["params"]]} for group in part["param_groups"]]
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take back the state of `state_dict()`; the groups' hyperparameters stay what they are."""
        for (first, end), optimizer in zip(pairwise(self._offsets()), self.optimizers, strict=True):
            state = {index - first: slots for index, slots in state_dict["state"].items() if first <= index < end}
            optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


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
        case "linear":
            return config.lr * ((step + 1) / (LINEAR_WARM_UP * total_steps) if at < LINEAR_WARM_UP else (1 - at) / (1 - LINEAR_WARM_UP))
    raise AssertionError(config.schedule)


def learning_rate(config: TrainingConfig, step: int, total_steps: int, changes: Sequence[tuple[int, float]] = ()) -> float:
    """The learning rate of step `step`, with the `changes` (step, learning rate) made by hand.

    A change scales the rest of the schedule, so that it takes the new value at once and keeps its form.
    """
    lr = scheduled_lr(config, step, total_steps)
    before = [(s, new) for s, new in changes if s <= step]
    return lr * before[-1][1] / scheduled_lr(config, before[-1][0], total_steps) if before else lr
