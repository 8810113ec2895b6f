"""Sequences: the five shapes of tasks, unrolled, with the shape of every tensor; padding, words as vectors, convolution over time."""

from collections.abc import Callable

import streamlit as st

from dashboard.shell import state
from dashboard.shell.foot import take_along, try_this
from dashboard.shell.page import board_page, fragment
from pages.sequences.about import ABOUT
from pages.sequences.controls import SequenceChoices, choose, link_of
from pages.sequences.convolution import convolution_panel
from pages.sequences.panels import map_panel, padding_panel, proof_panel
from pages.sequences.words import words_panel

LEGEND = (
    "Squares are inputs and outputs, circles are hidden states; the head reads the states with a thick border. A dashed arrow means that "
    "an output is the next input."
)
state.values()


def around(choices: SequenceChoices) -> None:
    """What follows when the map has come to rest."""
    st.caption(LEGEND, help="The words above the outputs are the right answers: this network is not trained.")
    proof_panel(choices)
    with st.container(key="sequences_padding"):
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
    try_this(ABOUT.experiments)
    st.caption("No data set, no split and no epoch: the networks have random weights (seed 0, float64, on the server's CPU).")
