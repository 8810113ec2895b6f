"""Recurrence against attention: one picture, up to three readers, patch by patch on one scrub bar."""

import streamlit as st

from dashboard.runs.foot import linked_part
from dashboard.shell import show, state
from dashboard.shell.foot import try_this
from pages.reading.about import ABOUT
from pages.reading.controls import choose
from pages.reading.panels import board, cost_panel, explained, layers_panel, proof

LEGEND = (
    "In the picture, patch t is framed and grey patches are not read yet. The curves are the probabilities of the classes: green is "
    "the true class, blue or dashed orange the final answer."
)

state.values()
left, right = st.container(key="readers").columns([3, 10], gap="medium")
with left:
    choices = choose()
there, below = right.container(), right.container()
between, end = st.container(), st.container()
with there:
    linked_part(lambda: choices.link(board(choices)), [run.run_id for run in choices.runs], end)
below.caption(LEGEND, help="An erased patch gets the mean colour of the training images.")
show.caption(explained(choices), at=below)
if line := proof(choices):
    show.proof(line, at=below)
with between:
    layers_panel()
    cost_panel()
    try_this(ABOUT.experiments)
