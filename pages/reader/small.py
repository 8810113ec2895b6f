"""The small picture of the page on the map of Home: a picture half read, and the recorded state at that step."""

from __future__ import annotations

from core.records.overview import overview
from dashboard.pictures.small import drawn, grid, path, photo


def small() -> str:
    """The picture of Home up to patch 36 of 64, and 16 numbers of the state."""
    record, read = overview(), 36
    state = record.readers["gru", 16].states[read].reshape(8, 2)
    place = [(4, 31), (28, 31), (28, 25), (52, 25)]
    return drawn(photo(record.pixels[:, ::2, ::2], (4, 4, 48, 48)), path(place, "b"), grid(state, box=(64, 4, 24, 48)))
