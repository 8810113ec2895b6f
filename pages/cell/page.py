"""The cell: one step of an RNN, LSTM or GRU with every number in sight, over a sequence, and by hand."""

import streamlit as st

from dashboard.shell import state
from dashboard.shell.foot import try_this
from pages.cell.about import ABOUT
from pages.cell.lab import around, lab
from pages.cell.panels import course_panel

LEGEND = (
    "In the strips, a column is a step and a row is a unit; blue is above 0, orange below. Click a cell to choose its step and unit, or "
    "an input to replace it."
)

state.values()
main, end = st.container(key="cell"), st.container()
with main:
    lab()
    st.caption(LEGEND, help="A violet line marks the steps that a new input has changed. Dashed lines are the values before.")
    around(end)
course_panel()
try_this(ABOUT.experiments)
