"""GRU against transformer: the same task for three models, and the bottleneck of one fixed vector."""

import streamlit as st

from dashboard.shell import state
from dashboard.shell.foot import try_this
from pages.versus.about import ABOUT
from pages.versus.controls import begin
from pages.versus.lab import around, lab

state.values()
begin()
there, rest, below, end = (st.container() for _ in range(4))
with there:
    lab()
with below:
    try_this(ABOUT.experiments)
    st.caption(
        "Data: drawn with seed 0; 20,000 training pairs (fewer where a task has fewer), 1,000 validation pairs, 1,000 test pairs, and "
        "100 of each longer length."
    )
with rest:
    around(end)
