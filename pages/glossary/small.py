"""The small picture of the page on the map of Home: words and what they mean."""

from __future__ import annotations

from dashboard.pictures.small import drawn, path, said


def small() -> str:
    """Letters, and lines that explain them."""
    lines = [path([(26, y), (88 - 14 * (y % 3), y)], "c") for y in (11, 17, 27, 33, 43, 49)]
    return drawn(*(said(letter, 12, y) for letter, y in (("a", 17), ("q", 33), ("z", 49))), *lines)
