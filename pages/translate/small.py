"""The small picture of the page on the map of Home: a word on its way through an encoder-decoder."""

from __future__ import annotations

from dashboard.pictures.small import arrow, drawn, said


def small() -> str:
    """The task of the recorded runs, which write their input from its end."""
    ways = [arrow((x, 20), (96 - x, 37)) for x in (21, 39, 57, 75)]
    letters = [said(letter, 21 + 18 * place, 14) + said(letter, 75 - 18 * place, 50, "b") for place, letter in enumerate("3174")]
    return drawn(*ways, *letters)
