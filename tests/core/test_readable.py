import math

import pytest

from core.readable import agreement, number, percent, points, power


@pytest.mark.parametrize(
    ("share", "digits", "shown"),
    [
        (0.99974, 2, "99.97 %"),
        (0.965, 1, "96.5 %"),
        (0.1, 0, "10 %"),
        (-0.05, 0, "−5 %"),
        (None, 1, "–"),
        (math.nan, 1, "–"),
        (1, 1, "100.0 %"),
    ],
)
def test_a_share_in_percent(share, digits, shown):
    assert percent(share, digits) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (0.5321, "0.532"),
        (-2, "−2"),
        (9998.7, "9999"),
        (4.14e-8, "4.1·10⁻⁸"),
        (-3e-4, "−3.0·10⁻⁴"),
        (1e6, "1.0·10⁶"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "–"),
    ],
)
def test_a_number_of_any_size(value, shown):
    assert number(value) == shown


def test_powers_and_points():
    assert power(2.3e-16) == "2·10⁻¹⁶" and power(0) == "0"
    assert points(0.0123) == "+1.2" and points(-0.5, 0) == "−50"


@pytest.mark.parametrize(
    ("difference", "shown"),
    [
        (0, "exactly equal"),
        (2e-16, "equal to 16 digits"),
        (3e-7, "equal to 7 digits"),
        (0.0042, "different by 0.0042"),
        (math.nan, "different by –"),
    ],
)
def test_how_far_two_results_agree(difference, shown):
    assert agreement(difference) == shown
