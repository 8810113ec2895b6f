"""The image reader: one recurrent network reads one picture, patch by patch; its state, its gates and what it believes on one scrub bar."""

import streamlit as st

from dashboard.runs.choose import follow
from dashboard.shell import services, state
from dashboard.shell.foot import try_this
from pages.reader.about import ABOUT
from pages.reader.controls import RUN
from pages.reader.panels import around, reading

state.values()

there, between, end = (st.container() for _ in range(3))
with there:
    reading()
with between:
    try_this(ABOUT.experiments)
if RUN.now:  # else the board has said why there is none
    followed = services.run(RUN.now)
    with there:
        around(followed, end)
    follow(followed)
