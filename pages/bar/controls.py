"""Controls of the page What passes the bar: how far the road is uncovered, the step that is trained, the side of the grid of tokens."""

from __future__ import annotations

from core.checks import Whole
from dashboard.shell.choices import Choice, Kept

RUNG = Choice("bar", "rung", check=Whole(1), first=1)  # steps of the road that are uncovered
SIDE = Choice("bar", "side", (4, 8, 16), first=16, in_link=False)  # tokens along a side of the grid
STEP = Choice("bar", "step", in_link=False)  # the step that is trained, from 0
GUESSES = Kept("bar", "guesses", first={})  # what each step was said to bring, by preset
SWEEP_TIMES = Kept("bar", "sweep_times")  # (side, seconds as one sequence, seconds in sweeps), once measured here


def rungs_shown(most: int) -> int:
    """How many of `most` steps are uncovered: a link can name more than there are."""
    return min(most, RUNG.value)


def uncover(preset: str, count: int, guess: str) -> None:
    """Uncover so many steps, after a guess what the last of them would bring."""
    GUESSES.keep({**GUESSES.value, preset: guess})
    RUNG.set(count)


def start_over() -> None:
    """Hide all steps but the first, and forget the guesses."""
    GUESSES.keep({})
    RUNG.set(1)
