"""The small picture of the page on the map of Home: two layers in both directions."""

from __future__ import annotations

from dashboard.pictures.small import arrow, dots, drawn


def small() -> str:
    """States that are read from the left, and from the right."""
    at = [10 + 19 * step for step in range(5)]
    there = [arrow((x, 16), (x + 15, 16), "a") for x in at[:-1]]
    back = [arrow((x, 40), (x - 15, 40), "b") for x in at[1:]]
    return drawn(*there, *back, dots([(x, 16) for x in at]), dots([(x, 40) for x in at], "b"))
