"""The page The image reader: its board, the other orders, the proof, and the numbers to take along."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import LabError
from core.training.history import Snapshot
from dashboard.pictures.answers import WAITING, knows, tokens_of
from dashboard.pictures.choose import next_picture
from dashboard.pictures.reading import EXPLAINED
from dashboard.runs.foot import foot
from dashboard.shell import services, show, state, visitor
from dashboard.shell.choices import Kept
from dashboard.shell.download import download
from dashboard.shell.page import fragment
from dashboard.shell.settled import announce, rerun_when_settled
from dashboard.shell.torch_first import torch_first
from pages.reader.around_view import plane_words, proof_line, states_csv
from pages.reader.board import reader_board, reader_orders
from pages.reader.controls import BOARD, ORDERS_BOARD, ReaderChoices, choose, view_of
from pages.reader.lookups import check, read
from pages.reader.view import AS, Mind, message, others, waiting

LEGEND = (
    "The curves are the probabilities of the classes after t patches: green is the true class, blue or dashed orange the final answer. "
    "In the strips a line is a unit; blue is above 0, orange below."
)


SHOWN = Kept("reader", "shown")  # what the board shows, and which order it has got

# ---- the two parts that run by themselves ----


@fragment
def reading() -> None:
    """Who reads what, and the board: a choice runs nothing else of the page."""
    left, right = st.container(key="reader").columns([3, 9], gap="medium")
    SHOWN.keep(None)
    try:
        with left:
            choices = choose()
        with right:
            SHOWN.keep((choices, board(choices)))
        announce(f"{choices.what} {choices.picture.label}", key="reader")
    except LabError as error:  # said beside the controls, which stay
        show.error(error, at=right)
        announce(visitor.told(error), key="reader")


@fragment
def around(followed: Snapshot, end: DeltaGenerator) -> None:
    """What follows when the board has come to rest. `followed` is the run whose new epochs the page waits for."""
    rerun_when_settled(key="reader")
    if SHOWN.value is None:  # the board says why
        return
    choices, order = SHOWN.value
    snapshot = services.run(choices.run.run_id)
    if snapshot.run_id != followed.run_id and (snapshot.active or followed.active):
        st.rerun()
    with suppress(LabError):  # the file may have gone meanwhile
        around_board(choices, order)
    with end:
        foot(snapshot, choices.link)
    state.write_page(choices.link)


# ---- the board ----


def board(choices: ReaderChoices) -> str:
    """The board, with the order that is looked at, which is returned; the others follow in a message of their own, `around_board`.

    Before torch is loaded nothing is read, and then the page runs again. Raises what `read` does.
    """
    torch_first(lambda: reader_board(waiting(choices.picture, what="", notes=[WAITING]), key=BOARD))
    view = view_of(choices)
    mind = read(choices, view["order"])
    why_one = why_one_order(choices)
    reader_board(
        message(choices.picture, mind, view["order"], what=choices.what, notes=notes(choices, mind, why_one), why_one=why_one, t=view["t"]),
        key=BOARD,
    )
    return view["order"]


def why_one_order(choices: ReaderChoices) -> str:
    """Why a run's patches are read in one order alone; "" where they are read in all."""
    if len(choices.kinds) > 1:
        return ""
    return f"{choices.total:,} patches are read {AS[choices.own]} only, because the states of all orders would be too much for a browser."


def notes(choices: ReaderChoices, mind: Mind, why_one: str) -> list[str]:
    """What stands at the foot of the board."""
    layers = f", layer {choices.layer + 1} of {choices.layers}" if choices.layers > 1 else ""
    run = choices.run
    lines = [f"{run.name}: {run.title}, {tokens_of(run.config)[1]}, epoch {choices.epoch + 1}, H = {mind.hidden}{layers}."]
    if choices.picture.label not in mind.classes:
        lines.append(knows([run.name], mind.classes))
    return [*lines, *(note for note in (mind.no_gates, why_one) if note)]


# ---- around it ----


def around_board(choices: ReaderChoices, order: str) -> None:
    """All that follows when the board has come to rest, which has got one `order` of reading. Raises what `read` does."""
    mind = read(choices)
    reader_orders(others(choices.picture, mind, order, what=choices.what), key=ORDERS_BOARD)
    st.caption(LEGEND, help="The green frame marks what the head reads. Grey patches are not read yet.")
    show.caption(f"{EXPLAINED[mind.reads]} {plane_words(mind)}")
    show.proof(proof_line(check(choices), len(choices.kinds)))
    layer = f"-layer-{choices.layer + 1}" if choices.layers > 1 else ""
    file = f"states-{choices.run.name}{layer}.csv"
    download("States as CSV", lambda: states_csv(mind), file, key="reader_csv", help="One line for each order and t.")
    if following := next_picture(choices.picture):
        read(replace(choices, picture=following), order)  # ahead: the next image comes at once
