"""The small picture of the page on the map of Home: a network unrolled, many inputs to one output."""

from __future__ import annotations

from dashboard.pictures.small import arrow, dots, drawn


def small() -> str:
    """Five steps: inputs below, states in a row, and one output above the last."""
    at = [10 + 18 * step for step in range(5)]
    ways = [arrow((x, 44), (x, 33)) for x in at] + [arrow((x, 28), (x + 14, 28)) for x in at[:-1]] + [arrow((at[-1], 24), (at[-1], 14))]
    return drawn(*ways, dots([(x, 46) for x in at], "b"), dots([(x, 28) for x in at]), dots([(at[-1], 9)], "b"))
