"""Class balance and running statistics against NumPy on float copies."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from core.data.statistics import PUBLISHED, Running, class_balance, largest_difference, looks, running_statistics, settled
from tests.support import random_images


def test_class_balance_counts_every_class_the_absent_too():
    labels = np.random.default_rng(0).choice([0, 1, 3], 500, p=[0.7, 0.2, 0.1])
    assert class_balance(torch.from_numpy(labels), 5) == tuple(int((labels == k).sum()) for k in range(5))
    assert class_balance(torch.zeros(0, dtype=torch.int64), 3) == (0, 0, 0)


@pytest.mark.parametrize("total", [1, 2, 9, 10, 11, 64, 10_000, 50_000])
def test_looks_are_close_at_first_and_end_with_all(total):
    found = looks(total)
    assert found[-1] == total and list(found) == sorted({*found}) and found[0] == 1
    assert {*range(1, min(10, total) + 1)} <= {*found}
    ratios = [b / a for a, b in pairwise(found) if a >= 10]
    assert all(ratio < 1.31 for ratio in ratios) and len(found) < 60


def test_running_statistics_are_those_of_a_float_copy_at_every_look():
    parts = [random_images(30, 1), random_images(0), random_images(70, 2)]
    parts[0][:, 2] //= 4
    whole = torch.cat(parts).numpy().astype(np.float64) / 255
    ends = (1, 29, 30, 31, 64, 100)
    course = list(running_statistics(parts, ends))
    assert [running.seen for running in course] == list(ends)
    for running in course:
        first = whole[: running.seen]
        assert running.mean == pytest.approx(first.mean((0, 2, 3)), abs=1e-12)
        assert running.std == pytest.approx(first.std((0, 2, 3)), abs=1e-9)


def course_of(*means):
    return [Running(10 * (i + 1), (0.5, mean, 0.5), (1.0, 1.0, 1.0)) for i, mean in enumerate(means)]


@pytest.mark.parametrize(
    ("means", "expected"),
    [
        ((0.1, 0.4, 0.48, 0.51, 0.5), 30),
        ((0.5, 0.9, 0.5), 30),  # it was there, and left again
        ((0.5, 0.5), 10),
        ((0.1, 0.2, 0.5), 30),
        ((0.7,), 10),
    ],
)
def test_a_mean_has_settled_when_it_stays(means, expected):
    assert settled(course_of(*means), within=0.03) == expected


def test_the_largest_difference_is_of_mean_or_deviation():
    found = Running(1, (0.1, 0.2, 0.3), (1.0, 1.1, 1.2))
    assert largest_difference(found, (0.1, 0.2, 0.35), (1.0, 1.1, 1.2)) == pytest.approx(0.05)
    assert largest_difference(found, (0.1, 0.2, 0.3), (1.0, 1.0, 1.2)) == pytest.approx(0.1)
    assert {len(values) for constants in PUBLISHED.values() for values in constants} == {3}
