"""The small picture of the page on the map of Home: recorded attention weights, a row a token."""

from __future__ import annotations

from core.records.overview import overview
from dashboard.pictures.small import drawn, grid


def small() -> str:
    """How much each of ten patches reads of each, in the first layer of a recorded ViT; the most of a row has the full colour."""
    weights = overview().readers["vit", 15].attention[27:37, 27:37]
    return drawn(grid(weights / weights.max(1, keepdims=True)))
