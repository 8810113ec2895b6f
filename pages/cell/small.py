"""The small picture of the page on the map of Home: four numbers of a recorded state over 64 steps."""

from __future__ import annotations

from core.records.overview import overview
from dashboard.pictures.small import curve, drawn, path


def small() -> str:
    """How the state of a GRU moves while it reads a picture."""
    states = overview().readers["gru", 16].states
    lines = (curve(states[:, unit], ink, span=(-1, 1)) for unit, ink in ((1, "c"), (2, "c"), (5, "b"), (0, "a")))
    return drawn(path([(4, 28), (92, 28)], "c"), *lines)
