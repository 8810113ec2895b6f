"""Sequences: the five shapes of tasks, unrolled, with the shape of every tensor; padding, words as vectors, convolution over time."""

import streamlit as st

from core.errors import LabError
from dashboard.shell import show, state
from dashboard.shell.foot import take_along, try_this
from dashboard.shell.link import page_link
from dashboard.shell.settled import announce, rerun_when_settled
from pages.sequences.controls import choose, map_panel, proof_panel, question
from pages.sequences.panels import begin, convolution_panel, link, padding_panel, words_panel

EXPERIMENTS = {
    "The course's check: B = 2, T = 10, C = 3, H = 50, K = 7, a tag a word": {"task": "same-length", "T": "10"},
    "Translation: all of an English sentence must pass through one state": {"task": "other-length", "T": "7", "S": "8"},
    "A batch of very different lengths: what does padding do to the last state?": {"lengths": "10 1 5 1", "H": "16"},
}

LEGEND = (
    "Squares are inputs and outputs, circles hidden states; the head reads those with a thick border. Dashed arrows: an output is the next "
    "input. Faint parts are not used. Words above the outputs are what a trained network should say: this one is not trained, and reads C "
    "random numbers for each input."
)
ASKED, TOP = "sequences_asked", "sequences_top"  # what the controls say; what a link says of them and of the batch

st.title("Sequences")
st.markdown("One cell is applied to every element. **Which inputs go in and which states are read makes the task.**")
state.values()
begin()


@st.fragment
def lab() -> None:
    """A slider and what it changes at once."""
    try:
        left, right = st.container(key="sequences").columns([1, 4], gap="medium")
        with left:
            asked = st.session_state[ASKED] = choose()
        with right:
            map_panel(asked)
        announce(str(asked.link), key="sequences")
    except LabError as error:  # a fragment that runs by itself is not under the entry script's care
        show.error(error)


@st.fragment
def around() -> None:
    """What follows when the map has come to rest."""
    rerun_when_settled(key="sequences")
    try:
        asked = st.session_state.get(ASKED)
        if asked is None:  # the picture says why
            return
        st.caption(LEGEND)
        proof_panel(asked)
        top = st.session_state[TOP] = {**asked.link, **padding_panel(asked)}
        with end:
            take_along(page_link({**top, **link()}), asked.code, language="python")
        state.write_page({**top, **link()})
    except LabError as error:
        show.error(error)


@st.fragment
def words() -> None:
    """What the controls of the words change."""
    words_panel()
    state.write_page({**st.session_state.get(TOP, {}), **link()})


@st.fragment
def convolution() -> None:
    """What the controls of the convolution change."""
    convolution_panel()
    state.write_page({**st.session_state.get(TOP, {}), **link()})


there, between, end = st.container(), st.container(), st.container()
with there:
    lab()
    around()
with between:
    words()
    convolution()
    question()
    try_this(EXPERIMENTS)
    st.caption("No data set, no split and no epoch: networks at random weights, seed 0, float64, on the server's CPU.")
