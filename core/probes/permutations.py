"""Ways to shuffle tokens, by name: to find out which of them a model survives."""

from __future__ import annotations

from math import isqrt

import torch
from torch import Tensor

from core.errors import ConfigError, unknown

PERMUTATIONS = {
    "random": "every token somewhere, drawn by the seed",
    "reverse": "the last token first",
    "shift": "each token one place on, the last to the front",
    "swap": "two tokens, drawn by the seed, change places",
    "halves": "the second half before the first",
}


def named_permutation(name: str, length: int, *, seed: int = 0) -> Tensor:
    """The permutation `name` of `PERMUTATIONS` for `length` tokens, (T,) int64: place t then holds token p[t].

    One token has nowhere to go. Raises ConfigError for another name or without tokens.
    """
    if length < 1:
        raise ConfigError("A permutation needs at least one token.")
    place, generator = torch.arange(length), torch.Generator().manual_seed(seed)
    match name:
        case "random":
            return torch.randperm(length, generator=generator)
        case "reverse":
            return place.flip(0)
        case "shift":
            return place.roll(1)
        case "swap":
            pair = torch.randperm(length, generator=generator)[:2]
            place[pair] = pair.flip(0)
            return place
        case "halves":
            return torch.cat((place[length // 2 :], place[: length // 2]))
    raise unknown("permutation", name, PERMUTATIONS)


def refined(permutation: Tensor, factor: int) -> Tensor:
    """The permutation of smaller tokens, `factor` x `factor` in each, that a permutation of square patches makes: (N,) -> (N * factor^2,).

    Patches and tokens are read row by row. Raises ConfigError when the patches are no square grid.
    """
    side = isqrt(len(permutation))
    if side**2 != len(permutation):
        raise ConfigError(f"{len(permutation)} patches are no square grid: their tokens cannot be told.")
    fine = torch.arange((side * factor) ** 2).reshape(side, factor, side, factor).transpose(1, 2)  # (side, side, factor, factor)
    moved = fine.reshape(len(permutation), factor, factor)[permutation].reshape(side, side, factor, factor)
    return moved.transpose(1, 2).flatten()  # -> (side, factor, side, factor) -> (N * factor^2,)
