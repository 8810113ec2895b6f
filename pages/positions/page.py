"""Positions: how a token knows its place, number by number, and what that does to the shuffle test."""

import streamlit as st

from dashboard.runs.foot import foot
from dashboard.shell import state
from dashboard.shell.foot import take_along, try_this
from pages.positions.controls import choose, link_of
from pages.positions.panels import (
    loudness_panel,
    map_panel,
    numbers_panel,
    proof_panel,
    question,
    reached_panel,
    shuffle_panel,
)

EXPERIMENTS = {
    "The bare index: 64 times as loud as a token, and yet a ViT cannot hear it": {"kind": "index"},
    "Learned: what a ViT on CIFAR-10 found out about where patches lie": {
        "kind": "learned",
        "run": "recorded-cifar10-compare-vit-0",
        "epoch": "8",
    },
    "Rotary: how a head of 16 features turns its queries and keys": {"kind": "rotary", "width": "16"},
    "Row and column on the 256 patches of the course": {"kind": "grid", "length": "257"},
}

st.title("Positions")
st.markdown("Attention reads a set: first and last are the same to it. **A position has to be put in, added or turned, or there is none.**")
state.values()
left, right = st.container(key="lab").columns([1, 4], gap="medium")
with left:
    choices = choose()
with right:
    map_panel(choices)
    proof_panel(choices)
question()
loudness_panel(choices)
shuffle_panel(choices)
reached_panel(choices)
try_this(EXPERIMENTS)
numbers_panel(choices)
link = link_of(choices)
if choices.run is not None:
    foot(choices.run, link)
else:
    st.caption("No data set: tables by their formula; tokens and encoder of the shuffle test drawn with seed 0, in float64, on the CPU.")
    take_along(link, choices.code, language="python")
state.write_page(link)
