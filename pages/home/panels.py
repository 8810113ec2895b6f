"""What the page Home draws: the overview, what this browser has done, the button of a first run, and the map."""

from __future__ import annotations

import math
from typing import Any, NoReturn

import streamlit as st

from core.classroom.rights import GUEST, Act
from core.records.overview import overview
from core.training.config import RunConfig
from dashboard.kit.wording import Words, joined, marked
from dashboard.navigation import CLASS, PAGES
from dashboard.shell import orders, services, show, state, visitor
from dashboard.shell.choices import Kept
from dashboard.shell.notices import said_above
from dashboard.shell.words import counted
from pages.home.board import map_board, overview_board
from pages.home.controls import HomeChoices
from pages.home.view import board_message

HELP = "Trains a GRU on drawn shapes, and opens the page Train, where every number moves while it learns."
TOUR = {"lesson": "tour", "step": "1"}
BEGUN = Kept("home", "begun", first="")  # the run that the button has started, until its page is opened


def overview_panel(choices: HomeChoices) -> None:
    """The picture on its way from pixels to a class."""
    record = overview()
    epochs = sorted(epoch for kind, epoch in record.readers if kind == choices.reader)
    reader = record.readers[choices.reader, epochs[-1] if choices.trained else epochs[0]]
    if page := overview_board(board_message(record, reader, choices.reader), key="home_board"):
        _go(page)


def start_panel() -> None:
    """The buttons that start a run, the tour and the lessons, and what this browser has done already."""
    if begun := BEGUN.take():
        state.go_to(_path("train"), {"run": begun})
    own = [row for row in services.manager().runs() if row.owner == visitor.owner()]
    with st.container(horizontal=True, vertical_alignment="center", key="home_start"):
        label = "Start another run" if own else "Start a first run"
        off = not visitor.may(Act.START)
        more = {"icon": ":material/play_arrow:", "key": "home_run", "help": HELP, "disabled": off, "on_click": _start}
        st.button(show.label(label), type="primary", **more)
        if st.button(
            "Take the tour", icon=":material/explore:", key="home_tour", help="Ten stops in ten minutes, each with one thing to do."
        ):
            state.go_to(_path("home"), TOUR)
        if st.button("Lessons", icon=":material/school:", key="home_lessons", help="A lesson for each task and each row of the unit."):
            _go("lessons")
        show.markdown(done(own))


def done(own: list[Any]) -> Words:
    """What this browser has trained, in a sentence or two; `own` are its runs."""
    if not own:
        return marked("This browser has trained nothing yet.")
    known = [row for row in own if math.isfinite(row.best_val_top1)]
    said = [marked("This browser has trained {}.", counted(len(own), "runs"))]
    if known:
        best = max(known, key=lambda row: row.best_val_top1)
        said.append(marked("The best one, {}, reached {:.1%} on validation images.", best.run_id, best.best_val_top1))
    return joined(said)


def map_panel() -> None:
    """The unit as one picture: every page with its claim."""
    st.header("The unit, page by page")
    hidden = [page.url_path for page in PAGES if page.section == CLASS and visitor.role() == GUEST]
    if page := map_board(hidden, key="home_map"):
        _go(page)


def _start() -> None:
    """Begin a run as the controls of Train stand at first; its page opens with the next drawing, for callbacks cannot go anywhere."""
    with said_above():
        BEGUN.keep(orders.submit(RunConfig.of()))


def _path(address: str) -> Any:
    return next(page.path for page in PAGES if page.url_path == address)


def _go(address: str) -> NoReturn:
    st.switch_page(_path(address))
