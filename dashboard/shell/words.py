"""Counts, times and statuses in words: the same on every page. `core.readable` writes numbers."""

from __future__ import annotations

import math

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


def counted(count: int, unit: str) -> str:
    """So many of a unit: "1 letter", "9 letters", "1,024 tokens"."""
    return f"{count:,} {unit.removesuffix('s') if count == 1 else unit}"
