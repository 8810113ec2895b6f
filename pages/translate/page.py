"""Translate: an encoder-decoder reads an input of one's own and writes the output one token at a time, and what it reads on the way."""

import streamlit as st

from dashboard.shell import state
from dashboard.shell.foot import try_this
from dashboard.shell.viewers import tick_seconds
from dashboard.training.lessons import lesson_part
from pages.translate import long_inputs
from pages.translate.controls import TASK, begin
from pages.translate.lab import DRAWN_FOR, around, lab
from pages.translate.long_inputs import breaking_panel
from pages.translate.training import active, training_panel

EXPERIMENTS = {
    "Longer than anything it was trained on: where does it break?": {
        "task": "reverse",
        "run": "recorded-reverse-transformer",
        "epoch": "7",
        "text": "abcdefghijklmnopqrst",
        "t": "13",
    },
    "The same word through one vector: two GRUs without attention": {"task": "reverse", "run": "recorded-reverse-gru", "epoch": "8"},
    "Four beginnings at once: the tree of a beam search": {
        "run": "recorded-dates-transformer",
        "epoch": "6",
        "text": "the 3rd of march",
        "how": "beam",
        "t": "4",
    },
}

st.title("Translate")
st.markdown(
    "The encoder reads the whole input once: its output is the **memory**. The decoder writes one token at a time, and for each it reads "
    "the memory (**cross-attention**) and what it has written so far (**self-attention**)."
)
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
    try_this(EXPERIMENTS)
