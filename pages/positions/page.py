"""Positions: how a token knows its place, number by number, and what that does to the shuffle test."""

import streamlit as st

from dashboard.runs.foot import foot
from dashboard.shell import state
from dashboard.shell.foot import take_along, try_this
from pages.positions.about import ABOUT
from pages.positions.controls import choose, link_of
from pages.positions.panels import (
    loudness_panel,
    map_panel,
    numbers_panel,
    proof_panel,
    reached_panel,
    shuffle_panel,
)

state.values()
left, right = st.container(key="lab").columns([1, 4], gap="medium")
with left:
    choices = choose()
with right:
    map_panel(choices)
    proof_panel(choices)
loudness_panel(choices)
shuffle_panel(choices)
reached_panel(choices)
try_this(ABOUT.experiments)
numbers_panel(choices)
link = link_of(choices)
if choices.run is not None:
    foot(choices.run, link)
else:
    st.caption(
        "No data set: the tables are computed from their formulas; the tokens and the encoder of the shuffle test are drawn with seed 0 "
        "(float64, CPU)."
    )
    take_along(link, choices.code, language="python")
state.write_page(link)
