"""GRU against transformer: the same task for three models, and the bottleneck of one fixed vector."""

import streamlit as st

from dashboard.shell import state
from dashboard.shell.foot import try_this
from pages.versus.controls import begin
from pages.versus.lab import around, lab
from pages.versus.panels import question

EXPERIMENTS = {
    "A vector of 16 numbers: how short must a word be?": {"H": "16"},
    "Copy instead of reverse: what was read last is no longer written first. Does the vector mind?": {"task": "copy"},
    "Addition, which is not recorded: train all three and watch": {"task": "addition"},
}

st.title("GRU against transformer")
st.markdown(
    "Same pairs, same epochs, three models. **A GRU that hands over one fixed vector forgets long inputs; one that may look back, by "
    "attention, does not.** Inputs longer than trained are another matter."
)
state.values()
begin()
there, rest, below, end = (st.container() for _ in range(4))
with there:
    lab()
with below:
    question()
    try_this(EXPERIMENTS)
    st.caption(
        "Data: drawn by seed 0; 20,000 pairs to train on (fewer where a task has fewer), 1,000 to validate, 1,000 to test by length, and "
        "100 of each longer length."
    )
with rest:
    around(end)
