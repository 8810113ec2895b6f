"""Sequences: the five shapes of tasks, unrolled, with the shape of every tensor; padding, words as vectors, convolution over time."""

from collections.abc import Callable

import streamlit as st

from dashboard.shell import state
from dashboard.shell.foot import take_along, try_this
from dashboard.shell.page import board_page, fragment
from pages.sequences.controls import SequenceChoices, choose, link_of
from pages.sequences.convolution import convolution_panel
from pages.sequences.panels import map_panel, padding_panel, proof_panel, question
from pages.sequences.words import words_panel

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
st.title("Sequences")
st.markdown("One cell is applied to every element. **Which inputs go in and which states are read makes the task.**")
state.values()


def around(choices: SequenceChoices) -> None:
    """What follows when the map has come to rest."""
    st.caption(LEGEND)
    proof_panel(choices)
    padding_panel(choices)
    with end:
        take_along(link_of(choices), choices.code, language="python")
    state.write_page(link_of(choices))


@fragment
def alone(panel: Callable[[], None]) -> None:
    """A panel whose controls change nothing else, but for the address."""
    panel()
    if asked.value is not None:
        state.write_page(link_of(asked.value))


there, between, end = st.container(), st.container(), st.container()
with there:
    asked = board_page("sequences", choose=choose, board=map_panel, around=around)
with between:
    alone(words_panel)
    alone(convolution_panel)
    question()
    try_this(EXPERIMENTS)
    st.caption("No data set, no split and no epoch: networks at random weights, seed 0, float64, on the server's CPU.")
