"""Muon: a step that gives every direction of a weight matrix the same length (Jordan et al. 2024).

torch.optim.Muon works on one matrix at a time and in bfloat16, which a CPU without such instructions computes by hand: there a step of
the preset `bar` takes it 1.8 s, more than the model itself, and this one 0.05 s (AVX2, one thread).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn

MOMENTUM = 0.95
ITERATIONS = 5
COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of Jordan's quintic: singular values within (0, 1] come close to 1 in five iterations


class Muon(torch.optim.Optimizer):
    """SGD with Nesterov momentum whose step, for each matrix, is made orthogonal first. A convolution's kernels are the rows of one.

    `parts`: into how many matrices of equal height a parameter is cut, 1 if it is not named. A GRU's weights are three on top of each
    other, one a gate. A step has spectral norm lr * sqrt(max(1, rows / columns)), as in torch.optim.Muon.
    """

    def __init__(self, params: Iterable, *, lr: float = 0.02, weight_decay: float = 0.0, parts: Mapping[nn.Parameter, int] | None = None):
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay})
        self.parts = parts or {}

    @torch.no_grad()
    def step(self) -> None:
        """Step every parameter that has a gradient; matrices of equal shape are made orthogonal together."""
        for group in self.param_groups:
            alike: dict[torch.Size, list[tuple[nn.Parameter, Tensor]]] = {}
            for parameter in (p for p in group["params"] if p.grad is not None):
                whole = self._momentum(parameter).flatten(1)  # (P R, C), or (P R, C, h, w) -> (P R, C h w)
                matrices = whole.unflatten(0, (self.parts.get(parameter, 1), -1))  # -> (P, R, C)
                alike.setdefault(matrices.shape[1:], []).append((parameter, matrices))
            for (rows, columns), found in alike.items():
                steps = orthogonal(torch.cat([matrices for _, matrices in found]))  # (sum of P, R, C)
                size = group["lr"] * max(1.0, rows / columns) ** 0.5
                for (parameter, _), step in zip(found, steps.split([len(matrices) for _, matrices in found]), strict=True):
                    parameter.mul_(1 - group["lr"] * group["weight_decay"]).sub_(step.reshape(parameter.shape), alpha=size)

    def _momentum(self, parameter: nn.Parameter) -> Tensor:
        """The running mean of gradients, looked ahead by one step (Nesterov)."""
        state = self.state[parameter]
        if "momentum_buffer" not in state:
            state["momentum_buffer"] = torch.zeros_like(parameter)
        mean = state["momentum_buffer"].lerp_(parameter.grad, 1 - MOMENTUM)
        return parameter.grad.lerp(mean, MOMENTUM)


def orthogonal(matrices: Tensor) -> Tensor:
    """Matrices (P, R, C) with the directions kept and all but tiny singular values brought to 0.7 to 1.2, by Newton-Schulz iterations."""
    fast = matrices.bfloat16() if matrices.is_cuda else matrices
    wide = fast.mT if fast.shape[-2] > fast.shape[-1] else fast  # the smaller square
    wide = wide / wide.norm(dim=(-2, -1), keepdim=True).clamp(min=1e-7)
    a, b, c = COEFFICIENTS
    for _ in range(ITERATIONS):
        square = wide @ wide.mT
        wide = torch.baddbmm(wide, torch.baddbmm(square, square, square, beta=b, alpha=c), wide, beta=a)
    return (wide.mT if fast.shape[-2] > fast.shape[-1] else wide).to(matrices)


def gates(model: nn.Module) -> dict[nn.Parameter, int]:
    """How many gates the weight matrices of each recurrent layer of `model` hold, one above the other."""
    layers = [layer for layer in model.modules() if isinstance(layer, nn.RNNBase)]
    return {p: len(p) // layer.hidden_size for layer in layers for p in layer.parameters() if p.ndim == 2 and not layer.proj_size}
