"""The small picture of the page on the map of Home: votes on three answers, before and after."""

from __future__ import annotations

from dashboard.pictures.small import arrow, bars, drawn


def small() -> str:
    """Three answers: what a class believes at first, and later."""
    return drawn(bars((0.5, 0.8, 0.3), "c", box=(4, 8, 36, 44)), arrow((43, 28), (53, 28)), bars((0.2, 0.3, 1.0), box=(58, 8, 36, 44)))
