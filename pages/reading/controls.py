"""Controls of the page Recurrence against attention: who reads which picture, how many patches are read, and the two ends of a path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.checks import Whole
from dashboard.pictures.choose import Shown, choose_picture
from dashboard.pictures.reading import READERS
from dashboard.runs.choose import Wanted, choose_runs, classes_of, several
from dashboard.runs.opened import Weighted
from dashboard.shell.choices import Choice, Kept
from pages.reading.board import path_of, view_sent

BOARD = "reading_board"
MOST_RUNS = 3
FIRST_RUNS = ("recorded-cifar10-compare-gru-0", "recorded-cifar10-compare-lstm-0", "recorded-cifar10-compare-vit-0")
RUNS = several("reading", FIRST_RUNS)
WANTED = Wanted(
    lambda config: config["model"] in READERS,
    "does not read one sequence of patches, so it cannot be stopped after patch t. Choose other runs.",
)
VIEW = Kept("reading", "view")  # {"t", "of", "path"}, as the browser sends it


@dataclass(frozen=True, eq=False)
class ReadingChoices:
    """What the controls say: a picture, and the runs that read it."""

    picture: Shown
    runs: list[Weighted]

    def link(self, view: Mapping[str, Any]) -> dict[str, str]:
        """What a link to this page with its board at `view` says, empty where it opens so anyway."""
        t = "" if view["t"] == view["of"] // 2 else str(view["t"])
        runs = RUNS.written([run.run_id for run in self.runs])
        return {**self.picture.link, "runs": runs, "t": t, "path": "-".join(map(str, view["path"]))}


def choose() -> ReadingChoices:
    """The picture, and below it the runs that read it: they say what a picture of one's own can be said to show."""
    own, others = st.container(), st.container()
    with others:
        runs = choose_readers()
    with own:
        return ReadingChoices(choose_picture(classes_of(run.run_id for run in runs), first="ship"), runs)


def choose_readers() -> list[Weighted]:
    """The list of runs that read."""
    help = f"Up to {MOST_RUNS} runs whose model reads one sequence of patches; each with its best weights."
    return choose_runs(RUNS, WANTED, "Runs", first=FIRST_RUNS, most=MOST_RUNS, help=help)


def view_of(total: int) -> dict[str, Any]:
    """How many of the `total` patches of the finest reader are read, and the patches of a path: as the browser has sent it last, else as
    the link says, else half of them and no path."""
    if not total:
        return {"t": 0, "of": 1, "path": []}
    if VIEW.value is None:
        t, path = Choice("reading", "t", check=Whole(0, total)).linked, Choice("reading", "path", check=path_of(total)).linked
        VIEW.keep({"t": t, "of": total, "path": path})
    t, of, path = VIEW.keep(view_sent(key=BOARD, of=total) or VIEW.value).values()
    here = of == total
    return {"t": t if here and t is not None else total // 2, "of": total, "path": list(path) if here and path and len(path) == 2 else []}
