"""The board of the page Recurrence against attention: who reads, what each believes after t patches, and what would change its mind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.checks import Whole
from core.errors import LabError
from core.evaluation.pictures import mean_color, probabilities
from core.probes.change_of_mind import ChangeOfMind, change_of_mind
from dashboard.pictures.answers import NO_RUN, WAITING, knows
from dashboard.pictures.choose import Shown
from dashboard.pictures.reading import EXPLAINED, READERS, normalized
from dashboard.runs.choose import Wanted, choose_runs, several
from dashboard.runs.opened import Weighted, open_best
from dashboard.shell import state, visitor
from dashboard.shell.torch_first import torch_first
from pages.reading.board import path_of, reading_board, view_sent
from pages.reading.view import Reading, card, failed_card, kind_of, message, proof_line

if TYPE_CHECKING:
    from core.probes.reading import ReadingCheck
    from core.training.runs.checkpoint import OpenedModel

BOARD, VIEW, SEARCHED = "reading_board", "reading_view", "reading_searched"
MOST_RUNS = 3
FIRST_RUNS = ("recorded-cifar10-compare-gru-0", "recorded-cifar10-compare-lstm-0", "recorded-cifar10-compare-vit-0")
RUNS = several("reading", FIRST_RUNS)
WANTED = Wanted(
    lambda config: config["model"] in READERS,
    "reads no single sequence of patches, so it cannot be stopped after patch t. Choose others.",
)


# ---- who reads ----


def choose_readers() -> list[Weighted]:
    """The list of runs that read."""
    help = f"Up to {MOST_RUNS} runs whose model reads one sequence of patches; each with its best weights."
    return choose_runs(RUNS, WANTED, "Readers", first=FIRST_RUNS, most=MOST_RUNS, help=help)


# ---- what they believe ----


def read(picture: Shown, run: Weighted, *, search: bool) -> Reading:
    """Let a run read the picture; with `search`, find what would change its mind, too. Raises LabError when it cannot."""
    from core.probes.reading import way_of_reading

    epoch, opened = open_best(run)
    values, known = _beliefs(run.run_id, epoch, picture.pixels.tobytes(), opened, picture.pixels)
    mind = _mind(run.run_id, epoch, picture.pixels.tobytes(), opened, picture.pixels) if search else None
    return Reading(run, epoch, opened, way_of_reading(opened.model), values, known, mind)


@st.cache_data(max_entries=512, show_spinner=False)
def _beliefs(run_id: str, epoch: int, picture: bytes, _opened: OpenedModel, _pixels: np.ndarray) -> tuple[np.ndarray, int]:
    """Probabilities (T + 1, K) float64 of an epoch of a run about a picture, and from which t on its answer stays."""
    from core.probes.reading import beliefs, known_from

    found = beliefs(_opened.model, normalized(_opened, _pixels[None]))[0]
    return found.numpy(), known_from(found)


@st.cache_data(max_entries=512, show_spinner=False)
def _mind(run_id: str, epoch: int, picture: bytes, _opened: OpenedModel, _pixels: np.ndarray) -> ChangeOfMind:
    return change_of_mind(partial(probabilities, _opened), _pixels, _opened.model.embed.patch_size, mean_color(_opened))


@st.cache_data(max_entries=512, show_spinner=False)
def _check(run_id: str, epoch: int, picture: bytes, _opened: OpenedModel, _pixels: np.ndarray) -> ReadingCheck:
    from core.probes.reading import check_beliefs

    return check_beliefs(_opened.model, normalized(_opened, _pixels[None]))


# ---- the board ----


def board(picture: Shown, runs: Sequence[Weighted]) -> dict[str, str]:
    """The board; returns what a link says of its view.

    Before torch is loaded it has no answers, and before the search for changes of mind none of these: then the page runs again.
    """
    torch_first(lambda: reading_board(message(picture, [], [WAITING], view_of(0)), key=BOARD))
    wanted = (picture.pixels.tobytes(), tuple(run.run_id for run in runs))
    search = st.session_state.get(SEARCHED) == wanted
    found, cards, notes = [], [], {}
    for run in runs:
        try:
            found.append(read(picture, run, search=search))
            cards.append(card(found[-1], picture.label))
            if picture.label not in found[-1].opened.classes:
                notes.setdefault(found[-1].opened.classes, []).append(run.name)
        except LabError as error:
            cards.append(failed_card(run, visitor.told(error)))
    view = view_of(max((shown["tokens"] for shown in cards), default=0))
    told = [knows(names, classes) for classes, names in notes.items()] or ([] if runs else [NO_RUN])
    reading_board(message(picture, cards, told, view), key=BOARD)
    if not search:
        for reading in found:
            with suppress(LabError):  # the next time its card says what is wrong
                read(picture, reading.run, search=True)
        st.session_state[SEARCHED] = wanted
        st.rerun()
    return link_of(view)


# ---- the view ----


def view_of(total: int) -> dict[str, Any]:
    """How many of the `total` patches of the finest reader are read, and the patches of a path: as the browser has sent it last, else as
    the link says, else half of them and no path."""
    if not total:
        return {"t": 0, "of": 1, "path": []}
    if VIEW not in st.session_state:
        st.session_state[VIEW] = {"t": state.read("t", Whole(0, total)), "of": total, "path": state.read("path", path_of(total))}
    st.session_state[VIEW] = view_sent(key=BOARD, of=total) or st.session_state[VIEW]
    t, of, path = st.session_state[VIEW].values()
    here = of == total
    return {"t": t if here and t is not None else total // 2, "of": total, "path": list(path) if here and path and len(path) == 2 else []}


def link_of(view: Mapping[str, Any]) -> dict[str, str]:
    """What a link says of the view, empty where a page opens so anyway."""
    t = "" if view["t"] == view["of"] // 2 else str(view["t"])
    return {"t": t, "path": "-".join(map(str, view["path"]))}


def link_values(picture: Shown, runs: Sequence[Weighted], view: Mapping[str, str]) -> dict[str, str]:
    """What a link to this page says, empty where it opens so anyway."""
    return {
        **dict.fromkeys(("from", "set", "image"), ""),
        **picture.link,
        "runs": RUNS.written([run.run_id for run in runs]),
        **view,
    }


# ---- words below ----


def explained(picture: Shown, runs: Sequence[Weighted]) -> str:
    """What "after t patches" means for the chosen readers."""
    kinds = dict.fromkeys(kind_of(reading) for reading in _readings(picture, runs))
    return " ".join(EXPLAINED[kind] for kind in kinds)


def proof(picture: Shown, runs: Sequence[Weighted]) -> str:
    """The proof line for what the readers believe of the picture."""
    checks = [
        _check(reading.run.run_id, reading.epoch, picture.pixels.tobytes(), reading.opened, picture.pixels)
        for reading in _readings(picture, runs)
    ]
    return proof_line(checks)


def _readings(picture: Shown, runs: Sequence[Weighted]) -> list[Reading]:
    """The readings of all runs that can read."""
    found = []
    for run in runs:
        try:
            found.append(read(picture, run, search=False))
        except LabError:  # its card says what is wrong
            continue
    return found
