"""Ways to shuffle tokens, by name or as a list: to find out which of them a model survives."""

from __future__ import annotations

import re
from collections import Counter
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
GRID_PERMUTATIONS = {
    "rows": "whole rows of patches change places, drawn by the seed",
    "blocks": "blocks of 2 x 2 patches change places, drawn by the seed",
}


def named_permutation(name: str, length: int, *, seed: int = 0) -> Tensor:
    """The permutation `name` of `PERMUTATIONS` or `GRID_PERMUTATIONS` for `length` tokens, (T,) int64: place t then holds token p[t].

    One token has nowhere to go. Raises ConfigError for another name, without tokens, and for rows or blocks of what is no square grid (of
    blocks: of an even side).
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
        case "rows":
            side = _side(length)
            return place.reshape(side, side)[torch.randperm(side, generator=generator)].flatten()
        case "blocks":
            side = _side(length)
            if side % 2:
                raise ConfigError(f"A grid of {side} x {side} patches has no whole blocks of 2 x 2.")
            return refined(torch.randperm(length // 4, generator=generator), 2)
    raise unknown("permutation", name, [*PERMUTATIONS, *GRID_PERMUTATIONS])


def parse_order(text: str, length: int) -> Tensor:
    """A permutation of `length` tokens as a person types it, (T,) int64: numbers from 0 with dots, commas or spaces between, or a name.

    Empty text leaves all in place. Raises ConfigError that says what is wrong with a list: what is no number, out of range, twice, missing.
    """
    text = text.strip().lower()
    if not text:
        return torch.arange(length)
    if text in PERMUTATIONS or text in GRID_PERMUTATIONS:
        return named_permutation(text, length)
    parts = re.split(r"[\s.,;]+", text.strip("[]() ,.;"))
    wrong = next((part for part in parts if not (part.isascii() and part.isdecimal() and len(part) <= 5)), None)
    if wrong is not None:
        known = ", ".join([*PERMUTATIONS, *GRID_PERMUTATIONS])
        raise ConfigError(f"{wrong[:20]!r} is no number of a token: write each of 0 to {length - 1} once, or one of {known}.")
    order = [int(part) for part in parts]
    _check_each_once(order, length)
    return torch.tensor(order)


def _check_each_once(order: list[int], length: int) -> None:
    """Raise ConfigError unless `order` names each of 0 to length - 1 once."""
    counts, places = Counter(order), range(length)
    outside = next((number for number in order if number not in places), None)
    if outside is not None:
        raise ConfigError(f"There is no token {outside}: the {length} tokens are 0 to {length - 1}.")
    twice = next((number for number, count in counts.items() if count > 1), None)
    missing = [number for number in places if number not in counts]
    if twice is not None:
        without = f" and {missing[0]} not at all" if missing else ""
        raise ConfigError(f"Token {twice} is named {counts[twice]} times{without}: a permutation names each once.")
    if missing:
        raise ConfigError(f"{len(order)} of {length} tokens are named, {missing[0]} is missing: a permutation names each once.")


def order_text(permutation: Tensor) -> str:
    """A permutation as `parse_order` reads it, for a link; empty where all is in place."""
    places = permutation.tolist()
    return "" if places == list(range(len(places))) else ".".join(map(str, places))


def refined(permutation: Tensor, factor: int) -> Tensor:
    """The permutation of smaller tokens, `factor` x `factor` in each, that a permutation of square patches makes: (N,) -> (N * factor^2,).

    Patches and tokens are read row by row. Raises ConfigError when the patches are no square grid.
    """
    side = _side(len(permutation))
    fine = torch.arange((side * factor) ** 2).reshape(side, factor, side, factor).transpose(1, 2)  # (side, side, factor, factor)
    moved = fine.reshape(len(permutation), factor, factor)[permutation].reshape(side, side, factor, factor)
    return moved.transpose(1, 2).flatten()  # -> (side, factor, side, factor) -> (N * factor^2,)


def _side(length: int) -> int:
    side = isqrt(length)
    if side**2 != length:
        raise ConfigError(f"{length} patches are no square grid.")
    return side
