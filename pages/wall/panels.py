"""The panels of the page The wall: the figure, which looks by itself while something trains, how a search begins and ends, what is taken
along."""

from __future__ import annotations

import time
from typing import Any

import streamlit as st

from core.classroom.rights import Act
from core.classroom.searches import MOST_LETTERS
from dashboard.kit.messages import drawn
from dashboard.navigation import PAGES
from dashboard.shell import services, show, state, viewers, visitor
from dashboard.shell.choices import Kept
from dashboard.shell.download import download
from dashboard.shell.page import fragment
from dashboard.shell.predict import predict
from pages.wall.board import wall_board
from pages.wall.controls import GIVEN, NAMES, TIMES, TITLE, WallChoices, begin, end
from pages.wall.lookups import MOST, Wall
from pages.wall.view import axes_of, board_message, columns_of, search_data, wall_csv

KEY = "wall_board"
SLOWER = 4  # times, while nothing trains but somebody may begin
DRAWN_FOR = Kept("wall", "drawn_for")  # (seconds between two looks, the axes there are, the search) of the last drawing
CLOCK = Kept("wall", "clock")  # (the search, what the board was told of it)
EMPTY = "No run has begun yet. Press “Train yours”, set a value that nobody else has, and press Play."
HOW = (
    "These are recorded runs of the lab, until somebody trains. A search takes three minutes: the instructor names what is varied and "
    "begins the search. Everybody presses “Train yours”, chooses another value than the neighbour, and presses Play. The best run is "
    "shown here."
)


def search_panel() -> None:
    """Buttons: to train, and for the instructor to begin a search, and to end it."""
    if st.button("Train yours", key="wall_train", icon=":material/play_arrow:", type="primary"):
        _open_train()
    if not visitor.may(Act.ASK):
        return
    searches = services.classroom().searches
    if searches.under_way:
        look = {"icon": ":material/flag:", "help": "What is on the wall then is kept. Runs go on."}
        st.button("End the search", key="wall_end", on_click=end, **look)
        return
    number = searches.now.number if searches.now else 0  # a new one is closed again
    with st.popover("Begin a search", icon=":material/timer:", key=f"wall_new_{number}"):
        help = "What everybody varies. The record is kept under this name."
        TITLE.text_input("What is varied", max_chars=MOST_LETTERS, placeholder="Learning rate", help=help)
        GIVEN.selectbox("Time", format_func=TIMES.get)
        st.button("Clear the wall and begin", key="wall_begin", type="primary", on_click=begin)


def wall_panel(choices: WallChoices) -> None:
    """The figure. While something trains it looks by itself; else it is watched whether anybody begins."""
    wall, ticks = choices.wall, _ticks(choices)
    fragment(lambda: _figure(choices), run_every=ticks)()
    if not ticks and not choices.record and (services.class_is_open() or services.classroom().searches.under_way):
        fragment(lambda: _watch(choices, wall), run_every=SLOWER * viewers.tick_seconds())()


def _ticks(choices: WallChoices) -> float | None:
    """Seconds between two looks of the figure; None where nothing trains."""
    return viewers.tick_seconds() if choices.wall.active else None


def _watch(choices: WallChoices, wall: Wall) -> None:
    """Draw the page again when something has changed: looking alone sends nothing."""
    if choices.wall is not wall or _searched() != DRAWN_FOR.value[-1]:
        st.rerun()


def _searched() -> tuple[int, bool]:
    """Which search was begun last, and whether it is under way."""
    searches = services.classroom().searches
    return searches.now.number if searches.now else 0, searches.under_way


def _figure(choices: WallChoices) -> None:
    wall = choices.wall
    if wall.active:
        viewers.saw(visitor.session())
    own = [run for run, owner in wall.owners.items() if owner == visitor.owner()]
    for run in own:
        services.manager().attend(run)  # whoever looks at all runs looks at this one, too
    _rerun_when_changed(choices, wall)
    columns = columns_of(wall.rows, choices.axes)
    head = {"axes": choices.axes, "columns": columns, "search": _search(choices, wall), "own": own, "names": _names(wall), "empty": EMPTY}
    run = wall_board(board_message(wall.packed, head), key=KEY)
    if run and any(row["run"] == run for row in wall.rows):
        _open_train(run)


def _rerun_when_changed(choices: WallChoices, wall: Wall) -> None:
    """Run the whole page again when there are other axes to choose from, or other seconds between two looks."""
    now = (_ticks(choices), axes_of(wall.rows), _searched())
    before = DRAWN_FOR.value
    DRAWN_FOR.keep(now)
    if before not in (None, now):
        st.rerun()


def _search(choices: WallChoices, wall: Wall) -> dict[str, Any] | None:
    """The search that is shown, as its clock stood when this board first heard of it: the browser counts on, and a message that says
    nothing new stays the same."""
    searches = services.classroom().searches
    shown = next((one for one in searches.kept() if one.number == choices.record), None) if choices.record else searches.now
    if shown is None or wall.recorded:
        return None
    before = CLOCK.value
    if not drawn(KEY) or before is None or before[0] != shown:
        before = CLOCK.keep((shown, search_data(shown, time.time())))
    return before[1]


def _names(wall: Wall) -> dict[str, str]:
    """The names behind the runs, by run, where they may be known and are wanted: nothing of them is sent elsewhere."""
    if not (NAMES.value and services.class_is_open() and visitor.may(Act.KNOW_NAMES)):
        return {}
    member = services.classroom().people.member
    return {run: known.name for run, owner in wall.owners.items() if (known := member(owner))}


def _open_train(run: str = "") -> None:
    """Go to the page Train; with a run, to look at it: what may be done with it there is asked there."""
    if run:
        state.show_run(run)
    st.switch_page(next(page.path for page in PAGES if page.url_path == "train"))


def words_panel(choices: WallChoices) -> None:
    """What is shown, where that is not plain, and the table to take along."""
    wall = choices.wall
    if wall.recorded:
        st.info(HOW, icon=":material/info:")
    if wall.left_out:
        show.caption(f"The newest {MOST} runs; {wall.left_out:,} older ones are left out. A new search clears the wall.")
    st.caption(
        "Each point is a run; its colour and shape show the model. A ring means that it trains now, a hollow point that it has failed. "
        "The dashed line is the best accuracy that was reached within that time of training.",
        help="The small curves are the validation accuracy by epoch, all on one scale. Tab and Enter, or a tap, open a run; only its owner "
        "and the instructor can control it.",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if wall.rows:
            download("Table (CSV)", lambda: wall_csv(choices.wall.rows), "wall.csv", key="wall_csv")
        if services.class_is_open() and visitor.may(Act.KNOW_NAMES):
            NAMES.toggle("Names", help="Adds the name to the pseudonym when you point at a run, only on this page.")


def question() -> None:
    """Grid or random: what thirty runs should try."""
    predict(
        "Thirty runs, two hyperparameters, and only one of them matters. Which plan tries more values of the one that matters?",
        ("a grid of 5 times 6", "both at random for each run"),
        answer="both at random for each run",
        because="A grid tries 5 or 6 values of each, and repeats each of them with values of the other that change nothing. At random, all "
        "30 runs try another value of both (Bergstra & Bengio 2012). So choose a value that nobody else has.",
        key="wall_predict",
    )
