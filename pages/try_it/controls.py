"""Controls of the page Try it: the runs that answer, the picture, and what is edited in it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.checks import Text
from core.evaluation.pictures import parse_edits
from dashboard.pictures.choose import Shown, choose_picture
from dashboard.runs.choose import Wanted, choose_runs, classes_of, several
from dashboard.runs.opened import Weighted, weighted_runs
from dashboard.runs.shown import shown
from dashboard.shell import state
from dashboard.shell.choices import Choice, Kept, links
from pages.try_it.board import edits_sent

BOARD = "try_it_board"
MOST_RUNS = 6
FIRST_RUNS = ("recorded-shapes-gru", "recorded-cifar10-bar-0", "recorded-cifar10-compare-vit-0")
RUNS = several("try_it", FIRST_RUNS)
PATCH = Choice("try_it", "patch", (2, 4, 8, 16), first=4)
LINKED_EDITS = Choice("try_it", "edits", check=Text(state.LONGEST))
EDITS = Kept("try_it", "edited")  # (picture, patch, edits as text)


@dataclass(frozen=True, eq=False)
class TryItChoices:
    """What the controls say: a picture, the runs that answer it, and the side of the patches that are erased and swapped."""

    picture: Shown
    runs: list[Weighted]
    patch: int

    def link(self, edits: str) -> dict[str, str]:
        """What a link to this page says, empty where it opens so anyway. A picture of one's own cannot be linked, nor can its edits."""
        own = self.picture.link.get("from")
        runs = RUNS.written([run.run_id for run in self.runs])
        return {**self.picture.link, "runs": runs, **links(PATCH), "edits": "" if own else edits}


def choose() -> TryItChoices:
    """The picture, and below it the runs that answer it, which say what a picture of one's own can be said to show, and the patches."""
    own, others = st.container(), st.container()
    with others:
        runs = choose_answering()
        patch = choose_patch()
    with own:
        return TryItChoices(choose_picture(classes_of(run.run_id for run in runs)), runs, patch)


def choose_answering() -> list[Weighted]:
    """The list of runs that answer."""
    help = f"Up to {MOST_RUNS}; each answers with its best weights."
    return choose_runs(RUNS, Wanted(), "Runs", first=first_runs(), most=MOST_RUNS, help=help)


def first_runs() -> list[str]:
    """The runs that are shown before any is chosen: the one that other pages show, then recorded ones, three in all."""
    first, runs = shown().run_id, weighted_runs()
    return [run_id for run_id in dict.fromkeys((first, *FIRST_RUNS)) if run_id in runs][: len(FIRST_RUNS)]


def choose_patch() -> int:
    """The side of the patches that are erased and swapped."""
    help = "Side of a patch in pixels. Another size undoes all edits."
    return PATCH.slider("Patches to edit", format_func=lambda side: f"{side:d} × {side:d}", help=help)


def edits_text_of(picture: Shown, patch: int) -> str:
    """The edits of this picture as text: what the browser sent last, else what they were; at the first visit those of the link.

    Raises ConfigError when they are none.
    """
    place = (picture.name, patch)
    if EDITS.value is None:
        state.note_linked(EDITS.key)  # another link may come in the same session
        EDITS.keep((*place, ""))
        linked = LINKED_EDITS.value
        parse_edits(linked, patch)
        EDITS.keep((*place, linked))
    sent = edits_sent(key=BOARD, picture=picture.name, patch=patch)
    if sent is not None:
        parse_edits(sent, patch)
        EDITS.keep((*place, sent))
    elif EDITS.value[:2] != place:
        EDITS.keep((*place, ""))
    return EDITS.value[2]
