"""Convolution over time as the alternative to recurrence: what it reaches, and what one, two and three dimensions cost."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from core.errors import ConfigError
from core.models import building

CONVOLUTIONS = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
KERNELS = (1, 3, 5, 7)


@dataclass(frozen=True)
class ConvolutionCost:
    """One convolution of odd kernel k in `dims` dimensions, as wide at the end as at the start: bias left out."""

    dims: int
    shape: tuple[int, ...]  # of what goes in and comes out, without batch and channels
    weights: int
    multiplications: int  # a weight is used at every place
    made: tuple[int, ...]  # shape of what comes out, (1, channels, ...): seen on a module


def convolution_cost(dims: int, *, kernel: int, channels: int, size: int, frames: int) -> ConvolutionCost:
    """A convolution from `channels` to as many over time (1), over an image (2), or over time and image together (3), counted.

    Time has `frames` steps, images are `size` x `size`. Counted on a module that computes shapes only (on torch's device "meta").
    Raises ConfigError for a kernel that is not odd or another number of dimensions.
    """
    if dims not in CONVOLUTIONS:
        raise ConfigError(f"There is no convolution over {dims} dimensions here: choose 1, 2 or 3.")
    if kernel < 1 or kernel % 2 == 0:
        raise ConfigError(f"A kernel of {kernel} has no middle: choose an odd one, such as 3.")
    shape = {1: (frames,), 2: (size, size), 3: (frames, size, size)}[dims]
    with torch.device("meta"), torch.no_grad():
        module = CONVOLUTIONS[dims](channels, channels, kernel, padding=kernel // 2, bias=False)
        made = tuple(module(torch.empty(1, channels, *shape)).shape)
    weights = module.weight.numel()  # k^dims * channels * channels
    places = torch.Size(made[2:]).numel()
    return ConvolutionCost(dims, shape, weights, weights * places, made)


def field_of_view(layers: int, kernel: int) -> int:
    """Number of inputs that an output in the middle depends on, after some layers of convolution: 1 + layers (k - 1)."""
    return 1 + layers * (kernel - 1)


def measured_view(layers: int, kernel: int, length: int, *, seed: int = 0) -> int:
    """The same, measured: inputs of `length` steps for which the gradient of the middle output is not 0."""
    with building(seed):
        stack = nn.Sequential(*(nn.Conv1d(4, 4, kernel, padding=kernel // 2) for _ in range(layers))).double()
    x = torch.randn(1, 4, length, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)).requires_grad_()
    (gradient,) = torch.autograd.grad(stack(x)[0, :, length // 2].sum(), x)
    return int((gradient.abs().sum((0, 1)) > 0).sum())
