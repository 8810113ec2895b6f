"""Depth and direction: layers on layers, a second reader from the end, which states are read, and a task that only a later word decides."""

import streamlit as st

from core.errors import LabError
from dashboard.shell import show, state
from dashboard.shell.foot import take_along, try_this
from dashboard.shell.link import page_link
from dashboard.shell.settled import announce, rerun_when_settled
from pages.depth.lessons import TICK, active, begin, ends_panel, later_word_panel, link
from pages.depth.panels import bias_panel, choose, heads_panel, leaks_panel, proof_panel, question, stack_panel

EXPERIMENTS = {
    "Three layers, forward only: the first state still knows one input": {"layers": "3", "ways": "one", "head": "every"},
    "Trap 3: h[-1] of a bidirectional GRU": {"layers": "1", "head": "h[-1]"},
    "Six adjectives before the word that decides": {"between": "6"},
}
LEGEND = (
    "Circles are states h of a step; dashed: the backward direction, which starts from 0 at the last input. The head reads those with a "
    "thick border. From the second layer on, each state reads both directions below it."
)
ASKED = "depth_asked"  # what the controls of the stack say

st.title("Depth and direction")
st.markdown("A stack reads the same inputs again, more deeply. **Only a second reader, from the end, knows what comes later.**")
state.values()
begin()


@st.fragment
def stack_lab() -> None:
    """A control of the stack and what it changes at once."""
    try:
        left, right = st.container(key="depth").columns([1, 4], gap="medium")
        with left:
            asked = st.session_state[ASKED] = choose()
        with right:
            stack_panel(asked)
        announce(str(asked.link), key="depth")
    except LabError as error:  # a fragment that runs by itself is not under the entry script's care
        show.error(error)


@st.fragment
def around() -> None:
    """What follows when the stack has come to rest."""
    rerun_when_settled(key="depth")
    try:
        asked = st.session_state.get(ASKED)
        if asked is None:  # the picture says why
            return
        st.caption(LEGEND)
        proof_panel(asked)
        heads_panel(asked)
        with end:
            take_along(page_link({**asked.link, **link()}), asked.code, language="python")
        state.write_page({**asked.link, **link()})
    except LabError as error:
        show.error(error)


def training_lab(ticking: bool) -> None:
    """What is trained on the page; with `ticking` it looks by itself, and has the page run again when that is to begin or to end."""
    try:
        with trap:
            ends_panel()
        later_word_panel()
        state.write_page({**st.session_state[ASKED].link, **link()})
    except LabError as error:
        show.error(error)
    if ticking != active():
        st.rerun()


there, trap, training, below, end = (st.container() for _ in range(5))
with there:
    stack_lab()
    around()
with training:
    now = active()
    st.fragment(training_lab, run_every=TICK if now else None)(now)
with below:
    bias_panel()
    leaks_panel()
    question()
    try_this(EXPERIMENTS)
    st.caption("No data set: sentences and weights drawn by their seeds, on the server's CPU. Stacks in float64, lessons in float32.")
