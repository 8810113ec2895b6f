"""Try it: any picture, what every chosen run says of it, and which patches the answer hangs on."""

import streamlit as st

from dashboard.runs.foot import linked_part
from dashboard.shell import show, state
from dashboard.shell.foot import try_this
from pages.try_it.controls import FIRST_RUNS, choose
from pages.try_it.panels import board, proof, question

FIRST = {"runs": ".".join(FIRST_RUNS)}  # named: who comes by a link may have a run of their own
EXPERIMENTS = {
    "A heart without its middle: what is it now?": {**FIRST, "patch": "8", "edits": "5.6.9.10"},
    "The left and right half of a heart change places": {**FIRST, "patch": "16", "edits": "0-1.2-3"},
    "A ring whose hole is painted over": {**FIRST, "image": "27", "patch": "8", "edits": "5.6.9.10"},
    "Draw a picture of your own": {**FIRST, "from": "draw"},
}

LEGEND = (
    "Pixels (1, 3, 32, 32), normalised as in training → logits z (1, K) → p = exp(z) / Σ exp(z): five most probable of K classes. The line "
    "across a bar: before the edits. An erased patch gets the mean color of the training images, which normalised is 0 up to rounding."
)

st.title("Try it")
st.markdown("A model answers any picture in the words it has learned. **Erase or swap patches: what does its answer hang on?**")
state.values()
left, right = st.container(key="tryit").columns([3, 8], gap="medium")
with left:
    choices = choose()
there, below = right.container(), right.container()
between, end = st.container(), st.container()
with there:
    linked_part(lambda: choices.link(board(choices)), [run.run_id for run in choices.runs], end)
below.caption(LEGEND)
show.caption(proof(choices), at=below)
with between:
    question(choices.runs)
    try_this(EXPERIMENTS)
