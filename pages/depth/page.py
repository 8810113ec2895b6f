"""Depth and direction: layers on layers, a second reader from the end, which states are read, and a task that only a later word decides."""

import streamlit as st

from dashboard.shell import state
from dashboard.shell.foot import take_along, try_this
from dashboard.shell.page import board_page
from dashboard.training.lessons import lesson_part
from pages.depth.about import ABOUT
from pages.depth.controls import DepthChoices, choose, link_of
from pages.depth.lessons import active, ends_panel, later_word_panel
from pages.depth.panels import bias_panel, heads_panel, leaks_panel, proof_panel, stack_panel

LEGEND = (
    "A circle is the state h of a step; a dashed one belongs to the backward direction, which starts at the last input. The head reads "
    "the states with a thick border."
)
state.values()


def around(choices: DepthChoices) -> None:
    """What follows when the stack has come to rest."""
    st.caption(LEGEND)
    proof_panel(choices)
    with st.container(key="depth_heads"):
        heads_panel(choices)
    with end:
        take_along(link_of(choices), choices.code, language="python")
    state.write_page(link_of(choices))


def lessons() -> None:
    """What is trained on the page."""
    with trap:
        ends_panel()
    with st.container(key="depth_later_word"):
        later_word_panel()


there, trap, training, below, end = (st.container() for _ in range(5))
with there:
    asked = board_page("depth", choose=choose, board=stack_panel, around=around)
with training:
    lesson_part(lessons, active, lambda: state.write_page(link_of(asked.value)))
with below:
    bias_panel()
    leaks_panel()
    try_this(ABOUT.experiments)
    st.caption(
        "No data set: sentences and weights are drawn with their seeds, on the server's CPU. Stacks are computed in float64, "
        "trainings in float32."
    )
