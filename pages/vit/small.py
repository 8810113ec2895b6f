"""The small picture of the page on the map of Home: what one patch attends to, recorded."""

from __future__ import annotations

from core.records.overview import overview
from dashboard.pictures.small import drawn, grid, photo


def small() -> str:
    """The picture of Home, and the attention of its patch 28 in the first layer."""
    record = overview()
    weights = record.readers["vit", 15].attention[28].reshape(8, 8)
    return drawn(photo(record.pixels[:, ::2, ::2], (2, 8, 40, 40)), grid(weights, box=(50, 8, 42, 42)))
