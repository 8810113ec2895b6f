"""The small picture of the page on the map of Home: a picture cut into patches, and its first tokens."""

from __future__ import annotations

from core.records.overview import overview
from dashboard.pictures.small import drawn, grid, path, photo


def small() -> str:
    """The picture of Home cut into 16, and the numbers of ten tokens."""
    record = overview()
    cuts = [path([(4 + at, 4), (4 + at, 52)], "p") + path([(4, 4 + at), (52, 4 + at)], "p") for at in (12, 24, 36)]
    tokens = record.readers["vit", 15].tokens[20:28].T[:8]
    return drawn(photo(record.pixels[:, ::2, ::2], (4, 4, 48, 48)), *cuts, grid(tokens, box=(58, 10, 36, 36)))
