"""Compare: every run in one picture, and whether the difference of two is more than chance."""

import streamlit as st

from dashboard.runs.foot import foot
from dashboard.shell import state
from dashboard.shell.foot import try_this
from pages.compare.controls import view_link
from pages.compare.panels import board_panel, feeding, pair_panel, script_panel

EXPERIMENTS = {
    "Two seeds of one set-up: is one of them better?": {"runs": "recorded-cifar10-hand-in-0.recorded-cifar10-hand-in-1"},
    "Three models, one recipe, by time": {
        "runs": "recorded-cifar10-compare-gru-0.recorded-cifar10-compare-vit-0.recorded-cifar10-compare-cnn-0",
        "x": "time",
        "only": "yes",
    },
    "One sequence against sweeps: what do more parameters buy?": {
        "runs": "recorded-cifar10-road-schedule-0.recorded-cifar10-road-sweeps-0",
        "filter": "road",
        "sort": "-parameters",
    },
}

st.title("Compare")
st.markdown(
    "All runs in one picture. **One run is better than another when the images that only one of them names rightly are too one-sided for "
    "chance;** a higher number alone says little."
)
runs = board_panel()
pair_panel(runs)
script_panel(runs)
try_this(EXPERIMENTS)
fed = feeding(runs)
foot(fed, view_link())
state.write_page(view_link())
