"""Shuffle test: drag the patches of a picture about, and see which model notices."""

import streamlit as st

from dashboard.runs.foot import linked_part
from dashboard.shell import state
from dashboard.shell.foot import try_this
from dashboard.shell.page import fragment
from pages.shuffle.about import ABOUT
from pages.shuffle.controls import ShuffleChoices, choose, choose_way, type_order, warn_of_wrong_ways
from pages.shuffle.doses import choose_doses, dose_panel
from pages.shuffle.panels import board, legend, settled, survival_panel

state.values()
left, right = st.container(key="shuffle").columns([3, 9], gap="medium")
with left:
    picture, models, patch = choose()
warned, there, proved, below = (right.container() for _ in range(4))
with below.expander("Right and wrong ways to do it, and an order of your own"):
    way = choose_way()
    type_order(patch)
with warned:
    warn_of_wrong_ways(way)
doses, between, end = (st.container() for _ in range(3))
with doses:
    kind = choose_doses()
choices = ShuffleChoices(picture, models, patch, way)
with there:
    fragment(board)(choices)
with below:
    linked_part(lambda: settled(choices, proved), choices.runs, end)
    legend(picture)
with doses:
    dose_panel(kind, models)
with between:
    survival_panel(models, patch)
    try_this(ABOUT.experiments)
