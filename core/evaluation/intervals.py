"""Intervals for an accuracy and for the difference of two: how far chance alone goes, by the choice of the images."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from core.errors import DataError

LEVEL = 0.95
MOST_DIGITS = 9


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval, in shares of 1: Wilson's (1927) of a share, Newcombe's (1998) of a difference. Each has a width."""

    value: float
    low: float
    high: float
    n: int  # images
    level: float = LEVEL

    def words(self, digits: int = 1) -> str:
        """The interval in percent, "61.9 % to 64.7 %": with more than `digits` digits where its ends would else look the same."""
        return " to ".join(f"{end} %" for end in self.ends(digits))

    def ends(self, digits: int = 1) -> tuple[str, str]:
        """Both ends in percent without the sign, in as few digits from `digits` on as tell them apart."""
        shown = self.digits(digits)
        return f"{100 * self.low:.{shown}f}", f"{100 * self.high:.{shown}f}"

    def digits(self, least: int = 1) -> int:
        """Number of digits after the point of a percentage that tell the ends apart, from `least` on."""
        return next((n for n in range(least, MOST_DIGITS) if f"{100 * self.low:.{n}f}" != f"{100 * self.high:.{n}f}"), MOST_DIGITS)


def proportion_interval(right: int, n: int, *, level: float = LEVEL) -> Interval:
    """Wilson's score interval (1927) of a share: `right` out of `n`. It has a width at 0 and 1, too.

    Raises DataError for n = 0.
    """
    _some(n)
    z, share = NormalDist().inv_cdf((1 + level) / 2), right / n
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half), n, level)


accuracy_interval = proportion_interval  # an accuracy is a share like any other


@dataclass(frozen=True)
class Comparison:
    """Two models on the same images: who alone is right how often, the difference B - A of their accuracies, and whether it is chance."""

    both: int
    only_a: int
    only_b: int
    neither: int
    difference: Interval
    p: float  # exact McNemar test, two-sided: how often luck alone would part them at least so far

    @property
    def beyond_chance(self) -> bool:
        """Whether luck alone would do it less often than once in 1 / (1 - level) times."""
        return self.p < 1 - self.difference.level


def compare(right_a: np.ndarray, right_b: np.ndarray, *, level: float = LEVEL) -> Comparison:
    """Compare two models by which of the same images each names rightly, (N,) bool both.

    The interval of the difference is Newcombe's for pairs (`difference_interval`); only images on which the models disagree matter to the
    test (McNemar 1947; exact: each is a fair coin). The two are of different make: at the border one may say "chance" where the other does
    not, and then the test counts, which is exact on few images, too. Raises DataError for no images or two numbers of them.
    """
    from scipy.stats import binomtest  # half a second: not before it is asked for

    right_a, right_b = np.asarray(right_a, bool), np.asarray(right_b, bool)
    if right_a.shape != right_b.shape or right_a.ndim != 1:
        raise DataError(f"Two models are compared on the same images; these were evaluated on {right_a.shape} and {right_b.shape}.")
    n = len(right_a)
    _some(n)
    counts = [int(part.sum()) for part in (right_a & right_b, right_a & ~right_b, ~right_a & right_b, ~right_a & ~right_b)]
    both, only_a, only_b, neither = counts
    a, b = proportion_interval(both + only_a, n, level=level), proportion_interval(both + only_b, n, level=level)
    difference = difference_interval(a, b, _correlation(both, only_a, only_b, neither))
    difference = replace(difference, value=(only_b - only_a) / n)  # the same, rounded once
    p = float(binomtest(only_b, only_a + only_b).pvalue) if only_a + only_b else 1.0
    return Comparison(*counts, difference, p)


def difference_interval(a: Interval, b: Interval, correlation: float = 0.0) -> Interval:
    """The difference b - a of two shares with Newcombe's interval (1998), made of the Wilson intervals of both: so it has a width where
    both are 0 or 1, too, or where two models agree on every image. `correlation` is that of the pairs, 0 for shares that were measured
    apart; n is the smaller number of images.
    """
    down, up = (b.value - b.low, a.high - a.value), (b.high - b.value, a.value - a.low)
    below, above = (math.sqrt(max(0.0, x * x - 2 * correlation * x * y + y * y)) for x, y in (down, up))
    value = b.value - a.value
    return Interval(value, value - below, value + above, min(a.n, b.n), a.level)


def _correlation(both: int, only_a: int, only_b: int, neither: int) -> float:
    """Phi of a table of pairs, corrected for continuity, as Newcombe takes it: below 1 also for models that agree on every image."""
    sides = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither)
    together = both * neither - only_a * only_b
    if together > 0:
        together = max(0.0, together - (both + only_a + only_b + neither) / 2)
    return together / math.sqrt(sides) if sides else 0.0


def _some(n: int) -> None:
    if n < 1:
        raise DataError("There are no images to judge: choose a split or a folder that has some.")
