"""Patches: an image becomes a sequence of tokens, by a convolution that is nothing but cut, flatten, multiply."""

import streamlit as st

from dashboard.pictures.zoom import zoom_place
from dashboard.runs.foot import foot
from dashboard.shell import show, state
from dashboard.shell.foot import try_this
from pages.patches.about import ABOUT
from pages.patches.controls import choose
from pages.patches.panels import grid_panel, kernels_panel, numbers_panel, rebuild_panel, steps_panel, zoom_panel

state.values()
strip = zoom_place()
left, right = st.container(key="lab").columns([1, 3], gap="medium")
with left:
    choices = choose()
with strip:
    zoom_panel(choices)
with right:
    grid_panel(choices)
    show.caption(f"Tokens by {choices.words}. Point at a patch, or use the arrow keys; a click keeps it for the steps below.")
with st.container(key="patches_steps"):
    feature = steps_panel(choices)
rebuild_panel(choices)
with st.container(key="patches_kernels"):
    kernels_panel(choices, feature)
try_this(ABOUT.experiments)
numbers_panel(choices)
foot(choices.run, choices.link)
state.write_page(choices.link)
