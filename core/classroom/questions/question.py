"""A question for a class: what it claims, how it is answered, and what decides it, a probe or a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.classroom.questions.answers import Answering
from core.training.history import Snapshot


@dataclass(frozen=True)
class Truth:
    """What was measured: the right answer, in the form of all answers, and the numbers that the reason names."""

    answer: Any
    figures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ByProbe:
    """A probe decides: a function that measures now, within a few seconds. `recorded`: it reads what came with the lab."""

    measure: Callable[[], Truth]
    recorded: bool = False


@dataclass(frozen=True)
class ByRun:
    """A run decides that is trained before all eyes: its flat config, and how the truth is read from it once it has finished."""

    config: Mapping[str, Any]
    read: Callable[[Snapshot], Truth]


@dataclass(frozen=True)
class Variant:
    """One of several set-ups of which each person trains one."""

    name: str
    config: Mapping[str, Any]


@dataclass(frozen=True)
class ByVariants:
    """Runs of all decide: each person trains a variant. `read` is given the finished runs of each variant by its name."""

    variants: tuple[Variant, ...]
    read: Callable[[Mapping[str, Sequence[Snapshot]]], Truth]


@dataclass(frozen=True, kw_only=True)
class Question:
    """A row of `QUESTIONS`. `page` is the address of the page on which one can look, `because` a sentence with the truth's figures."""

    id: str
    part: int  # of the unit, from 0
    claim: str
    text: str
    answer: Answering
    decides: ByProbe | ByRun | ByVariants
    because: str
    page: str = ""

    def reason(self, truth: Truth) -> str:
        """Why it is so, with what was measured."""
        return self.because.format(**truth.figures)


PARTS = ("Why sequences", "Recurrent networks", "CIFAR-10 as a sequence", "Transformers", "Encoder and decoder")
