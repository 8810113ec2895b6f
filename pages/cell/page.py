"""The cell: one step of an RNN, LSTM or GRU with every number in sight, over a sequence, and by hand."""

import streamlit as st

from dashboard.shell import state
from dashboard.shell.foot import try_this
from pages.cell.about import ABOUT
from pages.cell.lab import around, lab
from pages.cell.panels import course_panel

LEGEND = (
    "Strips: a column a step, a row a unit; blue is above 0, orange below, and each strip's own range stands at its right. Click one, or "
    "use the arrow keys, for another step and unit; click an input, or a weight under By hand, to replace it: a violet line under each "
    "strip then says which steps have changed since the run before, and dashed lines are that run. ⊙ multiplies unit by unit; h₀ is zero "
    "until you replace it."
)

state.values()
main, end = st.container(key="cell"), st.container()
with main:
    lab()
    st.caption(LEGEND)
    around(end)
course_panel()
try_this(ABOUT.experiments)
