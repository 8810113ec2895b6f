"""Controls of the page Compare: what its board of runs shows, which comes from the link and then from the browser."""

from __future__ import annotations

from collections.abc import Mapping

from core.checks import Text
from dashboard.shell import state
from dashboard.shell.choices import Choice, Kept, Listed, links

MOST_LETTERS = 5_000  # of one of them: a link names many runs
MOST_SELECTED = 1_000  # runs: more than so many letters can name

RUNS = Choice("compare", "runs", check=Listed(state.RUN_ID, MOST_SELECTED), first=(), write=".".join)  # the selected ones, in their order
X = Choice("compare", "x", check=Text(MOST_LETTERS), first="epoch")
Y = Choice("compare", "y", check=Text(MOST_LETTERS), first="val_top1")
SMOOTH = Choice("compare", "smooth", check=Text(MOST_LETTERS), first="0.6")
FILTER = Choice("compare", "filter", check=Text(MOST_LETTERS))
SORT = Choice("compare", "sort", check=Text(MOST_LETTERS))
ONLY = Choice("compare", "only", check=Text(MOST_LETTERS))
ON = Choice("compare", "on", check=Text(MOST_LETTERS))  # the data set whose runs are shown; first that of the selected ones
TEXTS = (X, Y, SMOOTH, FILTER, SORT, ONLY, ON)
ARRIVAL = Kept("compare", "arrival")  # the view that a board was sent: while it stands, its message must not change with what it shows
REVEALED = Kept("compare", "revealed", first={})  # what was guessed of each pair of runs, by their ids
SCRIPT = Choice("compare", "script", in_link=False)  # the run that is shown as a script


def board_view() -> dict[str, str]:
    """What the board shows, as texts by name; what is empty is left out."""
    view = {RUNS.name: ",".join(RUNS.value), **{choice.name: choice.value for choice in TEXTS}}
    return {name: text for name, text in view.items() if text}


def take_view(view: Mapping[str, str]) -> None:
    """Remember what the board shows now; a view that says nothing of a name leaves it at its first value."""
    RUNS.set(RUNS.check.read(view.get(RUNS.name, "")) or ())
    for choice in TEXTS:
        choice.set(view.get(choice.name) or choice.first)


def reveal(pair: str, guess: str) -> None:
    """Keep what was guessed of a pair: it stays revealed."""
    REVEALED.keep({**REVEALED.value, pair: guess})


def view_link() -> dict[str, str]:
    """What a link says of the board; first values are left out."""
    return links(RUNS, *TEXTS)
