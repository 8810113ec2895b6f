"""Shuffles that a model survives: the shuffle test with permutations by name."""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt

import torch
from torch import Tensor

from core.probes.equivariance.permutations import GRID_PERMUTATIONS, PERMUTATIONS, named_permutation
from core.probes.equivariance.shuffling import shuffle_test
from core.probes.equivariance.subjects import Subject

SEEDS = 3  # draws of a permutation that is drawn; a model survives it if it survives all of them
DRAWN = ("random", "swap", *GRID_PERMUTATIONS)


@dataclass(frozen=True)
class Survival:
    """Verdicts on a model's answers to each permutation, by name: "equivariant", "invariant" or "neither"."""

    verdicts: dict[str, str]

    @property
    def group(self) -> str:
        """Verdict on all permutations; "some" for a model that survives some of them and not others."""
        verdicts = set(self.verdicts.values())
        if verdicts == {"equivariant"}:
            return "equivariant"
        if "neither" not in verdicts:
            return "invariant"
        return "neither" if verdicts == {"neither"} else "some"

    @property
    def survived(self) -> list[str]:
        """The permutations that it survives, equivariant or invariant."""
        return [name for name, verdict in self.verdicts.items() if verdict != "neither"]


def survival(subject: Subject, image: Tensor, patches: int) -> Survival:
    """The verdicts of `subject` on a normalised image (1, 3, 32, 32) cut into so many patches, in float64."""
    with torch.no_grad():
        tokens = subject.embed(image)
    even = isqrt(patches) % 2 == 0
    names = [name for name in (*PERMUTATIONS, *GRID_PERMUTATIONS) if name != "blocks" or even]
    return Survival({name: _verdict(subject, tokens, name, patches) for name in names})


def _verdict(subject: Subject, tokens: Tensor, name: str, patches: int) -> str:
    """The worst verdict of all draws."""
    verdicts = {
        shuffle_test(subject.whole, tokens, subject.order(named_permutation(name, patches, seed=seed))).verdict
        for seed in range(SEEDS if name in DRAWN else 1)
    }
    return next(verdict for verdict in ("neither", "invariant", "equivariant") if verdict in verdicts)
