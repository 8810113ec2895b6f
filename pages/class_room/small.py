"""The small picture of the page on the map of Home: people around one screen."""

from __future__ import annotations

from dashboard.pictures.small import dots, drawn, path


def small() -> str:
    """A screen, and a class before it."""
    people = [(12 + 12 * place, 36 + 10 * row) for row in range(2) for place in range(7)]
    return drawn(path([(28, 6), (68, 6), (68, 26), (28, 26), (28, 6)]), dots(people, "b"))
