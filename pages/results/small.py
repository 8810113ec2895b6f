"""The small picture of the page on the map of Home: a table of what everybody has done."""

from __future__ import annotations

from dashboard.pictures.small import dots, drawn, path


def small() -> str:
    """Rows of people, with a mark for each thing that is done."""
    lines = [path([(6, y), (90, y)], "c") for y in (6, 17, 28, 39, 50)]
    marks = [(place, y) for y, done in ((11.5, 4), (22.5, 2), (33.5, 3), (44.5, 1)) for place in range(46, 46 + 13 * done, 13)]
    return drawn(*lines, *(path([(10, y), (34, y)]) for y in (11.5, 22.5, 33.5, 44.5)), dots(marks, "b"))
