"""Recurrence against attention: one picture, up to three readers, patch by patch on one scrub bar."""

import streamlit as st

from dashboard.runs.foot import linked_part
from dashboard.shell import show, state
from dashboard.shell.foot import try_this
from pages.reading.controls import choose
from pages.reading.panels import board, cost_panel, explained, layers_panel, proof, question

EXPERIMENTS = {
    "From the funnel to the keel: how many steps, and how many back?": {
        "runs": "recorded-cifar10-hand-in-0.recorded-cifar10-compare-gru-0.recorded-cifar10-compare-vit-0", "t": "192", "path": "53-166",
    },
    "A heart, read by a GRU that knows hearts: when does it know?": {"set": "shapes", "runs": "recorded-shapes-gru", "t": "48"},
    "Before the first patch: what does a reader expect that has seen nothing?": {"t": "0"},
    "Draw a picture of your own and let them read it": {"from": "draw"},
}  # fmt: skip

LEGEND = (
    "Left: what has been read (framed: patch t; grey: not yet). Middle: the probability of each class after t patches; green: the true "
    "class, blue or dashed orange: the final answer. Right: the five most probable classes at t. An erased patch has the mean color of the "
    "training images."
)

st.title("Recurrence against attention")
st.markdown("A recurrent network hands one state from patch to patch, **attention reads any patch in one step. Who knows what, and when?**")
state.values()
left, right = st.container(key="readers").columns([3, 10], gap="medium")
with left:
    choices = choose()
there, below = right.container(), right.container()
between, end = st.container(), st.container()
with there:
    linked_part(lambda: choices.link(board(choices)), [run.run_id for run in choices.runs], end)
below.caption(LEGEND)
show.caption(explained(choices), at=below)
show.caption(proof(choices), at=below)
with between:
    question()
    layers_panel()
    cost_panel()
    try_this(EXPERIMENTS)
