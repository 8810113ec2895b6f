"""Numbers as a person reads them: one way to write each kind, on every page, in lessons and in questions."""

from __future__ import annotations

import math

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
EQUAL = 1e-4  # a difference below it is told by the digits that agree


def percent(share: float | None, digits: int = 1) -> str:
    """A share of 1 in percent: 96.5 %; a dash where there is none."""
    return "–" if share is None or not math.isfinite(share) else f"{100 * share:.{digits}f} %".replace("-", "−")


def number(value: float, digits: int = 3) -> str:
    """A number of any size with so many digits: 0.532, −2, 4.1·10⁻⁸, ∞; powers of ten below 0.001 and from 10,000 on."""
    if not math.isfinite(value):
        return "–" if math.isnan(value) else "−∞" if value < 0 else "∞"
    if value == 0:
        return "0"
    if 0.001 <= abs(value) < 10_000:
        return (f"{value:.{digits}g}" if abs(value) < 10**digits else f"{value:.0f}").replace("-", "−")
    return _ten(f"{value:.1e}")


def power(value: float) -> str:
    """A small number by its power of ten, with one digit: 2·10⁻¹⁶."""
    return _ten(f"{value:.0e}") if value else "0"


def points(gain: float, digits: int = 1) -> str:
    """A difference of two accuracies in percentage points, with its sign."""
    return f"{100 * gain:+.{digits}f}".replace("-", "−")


def agreement(difference: float) -> str:
    """How far two results agree that differ by `difference` at most: "exactly equal", "equal to 16 digits", "different by 0.004"."""
    if difference == 0:
        return "exactly equal"
    if 0 < difference < EQUAL:
        return f"equal to {round(-math.log10(difference))} digits"
    return f"different by {number(difference, 2)}"


def _ten(written: str) -> str:
    """A number that Python writes as "4.1e-08", with its power of ten."""
    digits, ten = written.split("e")
    return f"{digits}·10{str(int(ten)).translate(RAISED)}".replace("-", "−")
