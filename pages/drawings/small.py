"""The small picture of the page on the map of Home: a house that a hand has drawn."""

from __future__ import annotations

from dashboard.pictures.small import drawn, path


def small() -> str:
    """A few strokes on a sheet."""
    sheet = path([(22, 4), (74, 4), (74, 52), (22, 52), (22, 4)], "c")
    return drawn(
        sheet, path([(34, 44), (34, 26), (48, 13), (62, 26), (62, 44), (34, 44)]), path([(45, 44), (45, 34), (52, 34), (52, 44)], "b")
    )
