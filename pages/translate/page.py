"""Translate: an encoder-decoder reads an input of one's own and writes the output one token at a time, and what it reads on the way."""

import streamlit as st

from dashboard.shell import state
from dashboard.shell.foot import try_this
from dashboard.shell.viewers import tick_seconds
from dashboard.training.lessons import lesson_part
from pages.translate import long_inputs
from pages.translate.about import ABOUT
from pages.translate.controls import TASK, begin
from pages.translate.lab import DRAWN_FOR, around, lab
from pages.translate.long_inputs import breaking_panel
from pages.translate.training import active, training_panel

state.values()
DRAWN_FOR.take()
begin()
there, live, below, long, last, end = (st.container() for _ in range(6))
with there:
    lab()
    around(below, end)
with live:
    lesson_part(lambda: training_panel(TASK.value), active, every=tick_seconds())
with long:
    lesson_part(lambda: breaking_panel(TASK.value), long_inputs.active, every=tick_seconds())
with last:
    try_this(ABOUT.experiments)
