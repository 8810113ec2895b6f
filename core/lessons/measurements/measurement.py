"""A measurement by name: what it claims, the probe that measures it, and the sentence on what came out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core import readable
from core.classroom.questions.question import Truth
from core.readable import power

NOISE = 1e-9  # differences below it are those of rounding


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """A row of `MEASUREMENTS`. Its answer is one of `options`, or a number where there are none; `because` names the figures."""

    claim: str
    measure: Callable[[], Truth]
    because: str
    options: tuple[str, ...] = ()
    recorded: bool = False  # it reads what came with the lab, or what arithmetic says

    def told(self, truth: Truth) -> str:
        """What was measured, in a sentence."""
        return self.because.format(**truth.figures)


def percent(share: float) -> str:
    """A share of 1 in percent, with one decimal; a round one without."""
    return readable.percent(share).replace(".0 %", " %")


def rounded(number: float) -> str:
    """A number with two digits; one that is nothing but rounding by its power of ten."""
    return power(number) if abs(number) < NOISE else readable.number(number, 2)
