"""Try it: any picture, what every chosen run says of it, and which patches the answer hangs on."""

import streamlit as st

from dashboard.runs.foot import linked_part
from dashboard.shell import show, state
from dashboard.shell.foot import try_this
from pages.try_it.about import ABOUT
from pages.try_it.controls import choose
from pages.try_it.panels import board, proof, question

LEGEND = (
    "Each bar is the probability of a class; the five most probable classes are shown. The line across a bar marks the probability "
    "before your edits. An erased patch gets the mean colour of the training images."
)

state.values()
left, right = st.container(key="tryit").columns([3, 8], gap="medium")
with left:
    choices = choose()
there, below = right.container(), right.container()
between, end = st.container(), st.container()
with there:
    linked_part(lambda: choices.link(board(choices)), [run.run_id for run in choices.runs], end)
below.caption(LEGEND)
if line := proof(choices):
    show.proof(line, at=below)
with between:
    question(choices.runs)
    try_this(ABOUT.experiments)
