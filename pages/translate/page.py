"""Translate: an encoder-decoder reads an input of one's own and writes the output one token at a time, and what it reads on the way."""

import streamlit as st

from core.errors import LabError
from dashboard.runs.foot import facts
from dashboard.shell import services, show, state
from dashboard.shell.foot import take_along, try_this
from dashboard.shell.link import page_link
from dashboard.shell.settled import announce, rerun_when_settled
from dashboard.shell.viewers import tick_seconds
from pages.translate import long_inputs as breaking
from pages.translate.controls import begin, choose
from pages.translate.forcing import forcing_panel
from pages.translate.long_inputs import breaking_panel
from pages.translate.panels import LEGEND, beam_panel, board_panel, downloads, proof_panel, question, view_link
from pages.translate.training import active, training_panel

EXPERIMENTS = {
    "Longer than anything it was trained on: where does it break?": {
        "task": "reverse",
        "run": "recorded-reverse-transformer",
        "epoch": "7",
        "text": "abcdefghijklmnopqrst",
        "t": "13",
    },
    "The same word through one vector: two GRUs without attention": {"task": "reverse", "run": "recorded-reverse-gru", "epoch": "8"},
    "Four beginnings at once: the tree of a beam search": {
        "run": "recorded-dates-transformer",
        "epoch": "6",
        "text": "the 3rd of march",
        "how": "beam",
        "t": "4",
    },
}
ASKED, FOUND = "translate_asked", "translate_found"
DRAWN_FOR = "translate_drawn_for"  # the task for which the whole page has been drawn

st.title("Translate")
st.markdown(
    "The encoder reads the whole input once: its output is the **memory**. The decoder writes one token at a time, and for each it reads "
    "the memory (**cross-attention**) and what it has written so far (**self-attention**)."
)
state.values()
st.session_state.pop(DRAWN_FOR, None)
begin()


@st.fragment
def lab() -> None:
    """Controls, and the board that they make."""
    try:
        asked = st.session_state[ASKED] = choose()
        st.session_state[FOUND] = board_panel(asked)
        announce(asked.name + str(view_link()), key="translate")
    except LabError as error:  # a fragment that runs by itself is not under the entry script's care
        show.error(error)


@st.fragment
def around() -> None:
    """What follows when the board has come to rest on another output."""
    rerun_when_settled(key="translate")
    try:
        asked, found = st.session_state[ASKED], st.session_state[FOUND]
        if st.session_state.setdefault(DRAWN_FOR, asked.task) != asked.task:
            st.rerun()  # what is trained belongs to the task
        link = {**asked.link, **view_link()}
        if found.written is not None:
            st.caption(LEGEND)
            proof_panel(found)
            downloads(found)
            beam_panel(found)
            with below:
                forcing_panel(found)
                question(found)
        with end:
            if asked.run is not None:
                facts(services.run(asked.run.run_id))
            take_along(page_link(link), asked.code, language="python")
        state.write_page(link)
    except LabError as error:
        show.error(error)


def training(ticking: bool) -> None:
    """What is trained on the page; with `ticking` it looks by itself, and has the page run again when that is to begin or to end."""
    try:
        training_panel(st.session_state[ASKED].task)
    except LabError as error:
        show.error(error)
    if ticking != active():
        st.rerun()


def long_inputs(ticking: bool) -> None:
    """Where longer inputs break; `ticking` as in `training`."""
    try:
        breaking_panel(st.session_state[ASKED].task)
    except LabError as error:
        show.error(error)
    if ticking != breaking.active():
        st.rerun()


there, live, below, long, last, end = (st.container() for _ in range(6))
with there:
    lab()
    around()
with live:
    now = active()
    st.fragment(training, run_every=tick_seconds() if now else None)(now)
with long:
    now = breaking.active()
    st.fragment(long_inputs, run_every=tick_seconds() if now else None)(now)
with last:
    try_this(EXPERIMENTS)
