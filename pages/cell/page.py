"""The cell: one step of an RNN, LSTM or GRU with every number in sight, over a sequence, and by hand."""

import streamlit as st

from dashboard.shell import state
from dashboard.shell.foot import try_this
from pages.cell.lab import around, lab
from pages.cell.panels import course_panel, question

EXPERIMENTS = {
    "Task 1.2 at the course's own sizes: compute the step by hand": {"inputs": "7", "hidden": "5", "t": "2", "view": "hand", "batch": "2"},
    "A pulse and then silence: for how long does an LSTM remember it?": {
        "cell": "lstm",
        "sequence": "pulse",
        "steps": "32",
        "hidden": "4",
        "scale": "1",
    },
    "A trained GRU reads a heart, patch by patch": {"weights": "run", "run": "recorded-shapes-gru", "epoch": "17", "t": "20", "unit": "3"},
}

LEGEND = (
    "Strips: a column a step, a row a unit; blue is above 0, orange below, and each strip's own range stands at its right. Click one, or "
    "use the arrow keys, for another step and unit; click an input, or a weight under By hand, to replace it: a violet line under each "
    "strip then says which steps have changed since the run before, and dashed lines are that run. ⊙ multiplies unit by unit; h₀ is zero "
    "until you replace it."
)

st.title("The cell")
st.markdown("A recurrent network is **one small formula, applied again at every step** to the next input and to its own last state.")
state.values()
main, end = st.container(key="cell"), st.container()
with main:
    lab()
    st.caption(LEGEND)
    around(end)
course_panel()
question()
try_this(EXPERIMENTS)
