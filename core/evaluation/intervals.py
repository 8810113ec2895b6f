"""How far chance alone goes: intervals for an accuracy and for the difference of two, by the choice of the images."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from core.errors import DataError

RESAMPLES = 10_000
LEVEL = 0.95
MOST_DIGITS = 9


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval, in shares of 1: Wilson's of a share, the bootstrap percentile one (Efron 1979) of a difference."""

    value: float
    low: float
    high: float
    n: int  # images
    level: float = LEVEL

    def words(self, digits: int = 1) -> str:
        """The interval in percent, "61.9% to 64.7%": with more than `digits` digits where its ends would else look the same."""
        return " to ".join(f"{end}%" for end in self.ends(digits))

    def ends(self, digits: int = 1) -> tuple[str, str]:
        """Both ends in percent without the sign, in as few digits from `digits` on as tell them apart."""
        for more in range(digits, MOST_DIGITS):
            low, high = f"{100 * self.low:.{more}f}", f"{100 * self.high:.{more}f}"
            if low != high:
                break
        return low, high


def proportion_interval(right: int, n: int, *, level: float = LEVEL) -> Interval:
    """Wilson's score interval (1927) of a share: `right` out of `n`. It has a width at 0 and 1, too, where a bootstrap knows no doubt.

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


def compare(right_a: np.ndarray, right_b: np.ndarray, *, level: float = LEVEL, seed: int = 0) -> Comparison:
    """Compare two models by which of the same images each names rightly, (N,) bool both.

    The difference is bootstrapped over the images, in pairs; only images on which the models disagree matter to the test (McNemar 1947;
    exact: each is a fair coin). The two are of different make: at the border one may say "chance" where the other does not, and then the
    test counts, which is exact on few images, too. Raises DataError for no images or two numbers of them.
    """
    from scipy.stats import binomtest  # half a second: not before it is asked for

    right_a, right_b = np.asarray(right_a, bool), np.asarray(right_b, bool)
    if right_a.shape != right_b.shape or right_a.ndim != 1:
        raise DataError(f"Two models are compared on the same images; these were judged on {right_a.shape} and {right_b.shape}.")
    n = len(right_a)
    _some(n)
    counts = [int(part.sum()) for part in (right_a & right_b, right_a & ~right_b, ~right_a & right_b, ~right_a & ~right_b)]
    _, only_a, only_b, _ = counts
    drawn = np.random.default_rng(seed).multinomial(n, np.array(counts) / n, RESAMPLES)  # (R, 4)
    difference = Interval((only_b - only_a) / n, *_middle((drawn[:, 2] - drawn[:, 1]) / n, level), n, level)
    p = float(binomtest(only_b, only_a + only_b).pvalue) if only_a + only_b else 1.0
    return Comparison(*counts, difference, p)


def _middle(drawn: np.ndarray, level: float) -> tuple[float, float]:
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _some(n: int) -> None:
    if n < 1:
        raise DataError("There are no images to judge: choose a split or a folder that has some.")
