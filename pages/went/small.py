"""The small picture of the page on the map of Home: the published systems, by year and by what goes in."""

from __future__ import annotations

from core.records.published_systems import FIELDS, SYSTEMS
from dashboard.pictures.small import dots, drawn, path


def small() -> str:
    """A dot a system: from left to right by its year, a line a field."""
    years = [one.published[0] + one.published[1] / 12 for one in SYSTEMS.values()]
    first, last, rows = min(years), max(years), list(FIELDS)
    height = {name: 10 + 36 * row / (len(rows) - 1) for row, name in enumerate(rows)}
    places = [(8 + 80 * (year - first) / (last - first), height[one.field]) for year, one in zip(years, SYSTEMS.values(), strict=True)]
    return drawn(*(path([(4, y), (92, y)], "c") for y in height.values()), dots(places))
