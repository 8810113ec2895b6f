"""The board of the page Try it: the chosen runs, the edits, and what the runs answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.data.shapes import PARTS, draw
from core.errors import LabError
from core.evaluation.pictures import (
    CORNERS,
    MIDDLE,
    QUARTER,
    AnswerCheck,
    Effect,
    check_answers,
    effect_of_erasing,
    parse_edits,
)
from dashboard.kit.wording import marked
from dashboard.pictures.choose import Shown
from dashboard.runs.choose import Wanted, several
from dashboard.runs.choose import choose_runs as chosen_runs
from dashboard.runs.opened import Weighted, open_best, weighted_runs
from dashboard.runs.shown import shown
from dashboard.shell import show, state, visitor
from dashboard.shell.predict import predict
from dashboard.shell.torch_first import torch_first
from pages.try_it.board import edits_sent, patch_board
from pages.try_it.view import board_data, waiting_data

PATCH, EDITS, BOARD = "try_patch", "try_edits", "try_board"
PATCHES = (2, 4, 8, 16)
FIRST_PATCH = 4
MOST_RUNS = 6
FIRST_RUNS = ("recorded-shapes-gru", "recorded-cifar10-bar-0", "recorded-cifar10-compare-vit-0")
RUNS = several("try_it", FIRST_RUNS)
ASKED = 200  # images of the question


def first_runs() -> list[str]:
    """The runs that are shown before any is chosen: the one that other pages show, then recorded ones, three in all."""
    first, runs = shown().run_id, weighted_runs()
    return [run_id for run_id in dict.fromkeys((first, *FIRST_RUNS)) if run_id in runs][: len(FIRST_RUNS)]


def choose_runs() -> list[Weighted]:
    """The list of runs that answer."""
    help = f"Up to {MOST_RUNS}; each answers with its best weights."
    return chosen_runs(RUNS, Wanted(), "Runs", first=first_runs(), most=MOST_RUNS, help=help)


def choose_patch() -> int:
    """The side of the patches that are erased and swapped."""
    state.start(PATCH, "patch", PATCHES, FIRST_PATCH)
    return st.select_slider(
        "Patches to edit", PATCHES, key=PATCH, format_func=lambda side: f"{side:d} × {side:d}", persist_state="session",
        help="Side in pixels. Another size starts from the whole picture again.",
    )  # fmt: skip


def edits_text_of(picture: Shown, patch: int) -> str:
    """The edits of this picture as text: what the browser sent last, else what they were; at the first visit those of the link.

    Raises ConfigError when they are none.
    """
    place = (picture.name, patch)
    if EDITS not in st.session_state:
        st.session_state[EDITS] = (*place, "")
        linked = state.linked("edits", state.LONGEST)
        parse_edits(linked, patch)
        st.session_state[EDITS] = (*place, linked)
    sent = edits_sent(key=BOARD, picture=picture.name, patch=patch)
    if sent is not None:
        parse_edits(sent, patch)
        st.session_state[EDITS] = (*place, sent)
    elif st.session_state[EDITS][:2] != place:
        st.session_state[EDITS] = (*place, "")
    return st.session_state[EDITS][2]


def board(picture: Shown, runs: Sequence[Weighted], patch: int) -> str:
    """The board with the answers; returns the edits as text. Before torch is loaded it has no answers, and then the page runs again."""
    try:
        text = edits_text_of(picture, patch)
    except LabError as error:
        show.warning(f"The edits cannot be made: {visitor.told(error)}")
        text = ""
    torch_first(lambda: patch_board(waiting_data(picture, text, patch), key=BOARD))
    patch_board(board_data(picture, runs, parse_edits(text, patch), patch, open_best), key=BOARD)
    return text


def link_values(picture: Shown, runs: Sequence[Weighted], patch: int, edits: str) -> dict[str, str]:
    """What a link to this page says, empty where it opens so anyway. A picture of one's own cannot be linked, nor can its edits."""
    return {
        **dict.fromkeys(("from", "set", "image"), ""),
        **picture.link,
        "runs": RUNS.written([run.run_id for run in runs]),
        "patch": "" if patch == FIRST_PATCH else str(patch),
        "edits": "" if picture.link.get("from") else edits,
    }


# ---- proof ----


def proof(picture: Shown, runs: Sequence[Weighted]) -> str:
    """The proof line for the answers to the picture as it is."""
    checks = []
    for run in runs:
        try:
            opened = open_best(run)[1]
            others = [np.full_like(picture.pixels, value) for value in (0, 255)]
            checks.append(check_answers(opened, np.stack([picture.pixels, *others])))
        except LabError:  # its card says what is wrong
            continue
    return proof_line(checks)


def proof_line(checks: Sequence[AnswerCheck]) -> str:
    """What was compared, the largest differences, the tolerance and the verdict, over all runs."""
    if not checks:
        return ""
    passed = all(check.passed for check in checks)
    return marked(
        "Proof, {} run{}: probabilities of an answer sum to 1, largest difference {:.1g}; the answer alone "
        "and in a batch with a black and a white picture, largest difference {:.1g}; tolerance {:.0g}: "
        "**{}**.",
        len(checks),
        "s" * (len(checks) > 1),
        max(check.total for check in checks),
        max(check.alone for check in checks),
        checks[0].tolerance,
        "passed" if passed else "not passed",
    )


# ---- the question ----


def question(runs: Sequence[Weighted]) -> None:
    """Which erasure changes more answers? Counted on validation images of the first chosen run that knows the shapes."""
    run = next((run for run in runs if run.config["dataset"] == "shapes"), weighted_runs()[FIRST_RUNS[0]])
    try:
        middle, corners = effects(run.run_id, open_best(run)[0])
    except LabError:  # its card says what is wrong
        return
    predict(
        f"Erase a quarter of each of {middle.images} validation pictures of shapes, {QUARTER} × {QUARTER} pixels four times. "
        f"Which changes more answers of {run.run_id}?",
        ("erasing the middle", "erasing the corners", "both the same"),
        answer=more_changed(middle, corners),
        because=because(middle, corners),
        key="try_predict",
    )


@st.cache_data(max_entries=64, show_spinner=False)
def effects(run_id: str, epoch: int) -> tuple[Effect, Effect]:
    """What erasing the middle, and the corners, does to the answers of a run's `epoch` to the first `ASKED` validation shapes."""
    opened = open_best(weighted_runs()[run_id])[1]
    images, _ = draw(PARTS["val"][:ASKED])
    return tuple(effect_of_erasing(opened, images, patches, QUARTER) for patches in (MIDDLE, CORNERS))


def more_changed(middle: Effect, corners: Effect) -> str:
    """The answer to the question."""
    if middle.changed == corners.changed:
        return "both the same"
    return "erasing the middle" if middle.changed > corners.changed else "erasing the corners"


def because(middle: Effect, corners: Effect) -> str:
    """The numbers behind the answer."""
    return (
        f"Without the middle {middle.changed} of {middle.images} answers become other ones, without the corners {corners.changed}. On the "
        f"average {100 * middle.moved:.0f} and {100 * corners.moved:.0f} points of probability move to other classes."
    )
