"""Numbers, times and statuses in words: the same on every page."""

from __future__ import annotations

import math

import numpy as np

DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
THINGS = {"images": "images", "sequences": "pairs"}  # what a second's work is counted in
STATUS_WORDS = {
    "queued": "waiting",
    "loading": "loading",
    "running": "training",
    "paused": "paused",
    "testing": "testing",
    "finished": "finished",
    "stopped": "stopped",
    "failed": "failed",
    "interrupted": "interrupted",
}


def duration(seconds: float) -> str:
    """Seconds in words: "40 s", "3 min 05 s", "2 h 10 min"; "–" when unknown."""
    if not math.isfinite(seconds):
        return "–"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def number(value: float) -> str:
    """A number as a person reads it: 0.532, 4.1·10⁻⁸, ∞."""
    if not np.isfinite(value):
        return "–" if np.isnan(value) else "∞"
    if value == 0 or 0.001 <= abs(value) < 10_000:
        return f"{value:.3g}"
    digits, power = f"{value:.1e}".split("e")
    sign = "⁻" if int(power) < 0 else ""
    return f"{digits}·10{sign}{''.join(DIGITS[int(d)] for d in str(abs(int(power))))}"


def counted(count: int, unit: str) -> str:
    """So many of a unit: "1 letter", "9 letters", "1,024 tokens"."""
    return f"{count:,} {unit.removesuffix('s') if count == 1 else unit}"


def points(gain: float, digits: int = 1) -> str:
    """A difference of two accuracies in percentage points, with its sign."""
    return f"{100 * gain:+.{digits}f}".replace("-", "−")
