"""Intervals against resampling image by image, and the test against coins counted by hand."""

from math import comb

import numpy as np
import pytest
from scipy.stats import binomtest

from core.errors import DataError
from core.evaluation.intervals import compare, proportion_interval


def by_hand(draw, level=0.95, times=4000):
    values = [draw() for _ in range(times)]
    return np.quantile(values, [(1 - level) / 2, (1 + level) / 2])


@pytest.mark.parametrize(("right", "n"), [(840, 1000), (0, 7), (50, 50), (1, 1)])
def test_the_interval_of_a_proportion_is_wilsons(right, n):
    found, other = proportion_interval(right, n), binomtest(right, n).proportion_ci(0.95, method="wilson")
    assert (found.value, found.n) == (right / n, n)
    assert (found.low, found.high) == pytest.approx((other.low, other.high), abs=1e-12)
    with pytest.raises(DataError, match="no images to judge"):
        proportion_interval(0, 0)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(0)
    covered = [found.low <= 0.8 <= found.high for found in (proportion_interval(int(rng.binomial(500, 0.8)), 500) for _ in range(400))]
    assert 0.90 < np.mean(covered) < 0.985  # 0.95 within four standard errors


def test_a_higher_level_is_a_wider_interval():
    narrow, wide = proportion_interval(60, 100, level=0.5), proportion_interval(60, 100, level=0.99)
    assert wide.low < narrow.low < 0.6 < narrow.high < wide.high


@pytest.mark.parametrize("n", [1, 7, 100, 10_000])
def test_all_or_nothing_leaves_doubt(n):
    none, whole = proportion_interval(0, n), proportion_interval(n, n)
    assert none.value == none.low == 0 < none.high and whole.low < 1 == whole.value == whole.high
    assert whole.low == pytest.approx(1 - none.high)


def test_two_models_on_the_same_images():
    rng = np.random.default_rng(2)
    a = rng.random(600) < 0.7
    b = np.where(rng.random(600) < 0.8, a, rng.random(600) < 0.8)
    found = compare(a, b)
    assert found.both + found.only_a + found.only_b + found.neither == 600
    assert found.both == sum(x and y for x, y in zip(a, b, strict=True)) and found.only_b == sum(y > x for x, y in zip(a, b, strict=True))
    assert found.difference.value == pytest.approx(b.mean() - a.mean())

    def draw():
        index = rng.integers(0, 600, 600)
        return b[index].mean() - a[index].mean()

    low, high = by_hand(draw)
    assert abs(found.difference.low - low) < 0.15 * (high - low) and abs(found.difference.high - high) < 0.15 * (high - low)


@pytest.mark.parametrize(("only_a", "only_b"), [(3, 9), (10, 10), (0, 6), (1, 0), (40, 62)])
def test_mcnemar_is_a_count_of_coins(only_a, only_b):
    a = np.array([True] * only_a + [False] * only_b + [True] * 5)
    b = np.array([False] * only_a + [True] * only_b + [True] * 5)
    coins = only_a + only_b
    expected = min(1.0, 2 * sum(comb(coins, k) for k in range(min(only_a, only_b) + 1)) / 2**coins)
    found = compare(a, b)
    assert found.p == pytest.approx(expected) and found.beyond_chance == (expected < 0.05)


def test_equal_models_do_not_differ():
    found = compare(np.array([True, False]), np.array([True, False]))
    assert found.p == 1 and not found.beyond_chance and found.difference.value == 0


@pytest.mark.parametrize(("right", "n"), [(1, 1), (0, 5), (13, 13), (40, 40), (20, 40), (7, 40), (4_000, 5_000), (100_000, 100_000)])
def test_models_that_agree_on_every_image_may_differ_on_others(right, n):
    same = np.arange(n) < right
    found = compare(same, same).difference
    assert found.low < 0 < found.high and found.value == 0


@pytest.mark.parametrize("table", [(36, 12, 2, 0), (1, 97, 0, 2), (14, 5, 0, 22), (30, 0, 0, 0), (20, 9, 9, 20), (3, 30, 40, 2)])
def test_the_interval_of_a_paired_difference_is_newcombes(table):
    """Against the formula written out by hand, on scipy's Wilson intervals (his method 10)."""
    both, only_a, only_b, neither = table
    n = sum(table)
    found = compare(np.repeat([True, True, False, False], table), np.repeat([True, False, True, False], table)).difference
    one, other = (binomtest(k, n).proportion_ci(0.95, method="wilson") for k in (both + only_a, both + only_b))
    a, b = (both + only_a) / n, (both + only_b) / n
    sides = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither)
    apart = both * neither - only_a * only_b
    phi = (max(apart - n / 2, 0) if apart > 0 else apart) / sides**0.5 if sides else 0
    low = b - a - ((b - other.low) ** 2 - 2 * phi * (b - other.low) * (one.high - a) + (one.high - a) ** 2) ** 0.5
    high = b - a + ((other.high - b) ** 2 - 2 * phi * (other.high - b) * (a - one.low) + (a - one.low) ** 2) ** 0.5
    assert (found.low, found.high) == pytest.approx((low, high)) and found.value == pytest.approx(b - a)


@pytest.mark.parametrize(("shares", "n"), [((0.8, 0.85, 0.7), 60), ((0.99, 0.99, 0.985), 100), ((0.5, 0.6, 0.4), 200)])
def test_the_interval_of_a_paired_difference_covers_the_truth_as_often_as_it_says(shares, n):
    a, b, both = shares
    rng = np.random.default_rng(4)
    tables = rng.multinomial(n, (both, a - both, b - both, 1 - a - b + both), 400)
    found = [compare(np.repeat([True, True, False, False], t), np.repeat([True, False, True, False], t)).difference for t in tables]
    assert np.mean([one.low <= b - a <= one.high for one in found]) > 0.91  # 0.95 within four standard errors


@pytest.mark.parametrize(("right", "n"), [(13, 13), (0, 40), (100_000, 100_000), (1, 10_000_000)])
def test_no_interval_looks_as_if_it_had_no_width(right, n):
    found = proportion_interval(right, n)
    low, high = found.ends()
    assert low != high and found.words() == f"{low} % to {high} %"
    assert proportion_interval(840, 1000).words() == "81.6 % to 86.1 %"


def test_what_cannot_be_compared():
    with pytest.raises(DataError, match="no images"):
        proportion_interval(0, 0)
    with pytest.raises(DataError, match="no images"):
        compare(np.zeros(0, bool), np.zeros(0, bool))
    with pytest.raises(DataError, match="same images"):
        compare(np.zeros(3, bool), np.zeros(4, bool))
