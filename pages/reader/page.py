"""The image reader: one recurrent network reads one picture, patch by patch; its state, its gates and what it believes on one scrub bar."""

import streamlit as st

from dashboard.runs.choose import follow
from dashboard.shell import services, state
from dashboard.shell.foot import try_this
from pages.reader.controls import FIRST_RUN, RUN
from pages.reader.panels import around, question, reading

EXPERIMENTS = {
    "The ship in columns: why does it know so much sooner?": {"run": FIRST_RUN, "epoch": "14", "order": "columns", "t": "47"},
    "After one epoch: does the state move yet, and where to?": {"set": "shapes", "run": "recorded-shapes-gru", "epoch": "1"},
    "Two directions: an LSTM that also reads backwards": {"run": "recorded-cifar10-compare-lstm-0", "epoch": "8"},
}

st.title("The image reader")
st.markdown(
    "A recurrent network reads a picture as a sentence, patch by patch. **What it knows of the picture, it carries along in its state.**"
)
state.values()

there, between, end = (st.container() for _ in range(3))
with there:
    reading()
    followed = services.run(RUN.now)
    around(followed, end)
with between:
    question()
    try_this(EXPERIMENTS)
follow(followed)
