"""Positions: how a token knows its place, number by number, and what that does to the shuffle test."""

import streamlit as st

from dashboard.runs.foot import foot
from dashboard.shell import state, visitor
from dashboard.shell.foot import take_along, try_this
from dashboard.shell.link import page_link
from pages.positions.controls import choose_positions
from pages.positions.panels import (
    FIRST_PERMUTATION,
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
    chosen = choose_positions()
with right:
    map_panel(chosen)
    proof_panel(chosen)
question()
loudness_panel(chosen)
permutation = shuffle_panel(chosen)
reached_panel(chosen)
try_this(EXPERIMENTS)
numbers_panel(chosen)
link = {**chosen.link, "p": "" if permutation == FIRST_PERMUTATION else permutation}
if chosen.run is not None:
    foot(chosen.run, link=page_link(link), command=visitor.command(chosen.run.config))
else:
    st.caption("No data set: tables by their formula; tokens and encoder of the shuffle test drawn with seed 0, in float64, on the CPU.")
    lines = ("from core.probes.positions import position_table", "", f'position_table("{chosen.kind}", {chosen.length}, {chosen.dim})')
    take_along(page_link(link), "\n".join(lines), language="python")
state.write_page(link)
