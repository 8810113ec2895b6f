"""The benchmarks' arithmetic, and that each can be named. What they measure is not asserted: it belongs to a machine."""

import importlib
import math

import pytest

from tests.benchmarks.__main__ import BENCHMARKS
from tests.benchmarks.report import percentile, ratio, table, verdict


def test_a_ratio_is_the_median_of_the_rounds_own_ratios():
    found = ratio([2.0, 30.0, 8.0], [1.0, 10.0, 2.0])
    assert (found.median, found.low, found.high) == (3.0, 2.0, 4.0)
    assert str(found) == "3.000 (2.000 to 4.000)"
    with pytest.raises(ValueError, match="as many speeds"):
        ratio([1.0], [])


def test_a_verdict_says_the_need():
    assert verdict(0.97, at_least=0.97) == ">= 0.97: met"
    assert verdict(0.969, at_least=0.97) == ">= 0.97: MISSED"
    assert verdict(3.1, at_most=3) == "<= 3: MISSED"


@pytest.mark.parametrize(("percent", "expected"), [(50, 2.0), (95, 4.0), (0, 1.0), (100, 4.0), (75, 3.0)])
def test_percentiles(percent, expected):
    assert percentile([3.0, 1.0, 4.0, 2.0], percent) == expected
    assert math.isnan(percentile([], percent))


def test_a_table_is_markdown():
    assert table(["a", "bb"], [[1, "x"], [22, "y"]]).splitlines() == ["| a  | bb |", "|----|----|", "| 1  | x  |", "| 22 | y  |"]


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_is_there(name):
    module, minutes, what = BENCHMARKS[name]
    assert callable(getattr(importlib.import_module(f"tests.benchmarks.{module}"), name)) and minutes > 0 and what
