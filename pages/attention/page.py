"""Attention by hand: softmax(q k^T / sqrt(D)) v with every number in sight, scaled, masked, split into heads, and what it costs."""

import streamlit as st

from dashboard.pictures.zoom import zoom_place
from dashboard.shell import show, state
from dashboard.shell.choices import links
from dashboard.shell.foot import take_along, try_this
from pages.attention.about import ABOUT
from pages.attention.controls import KIND, LENGTH, choose
from pages.attention.costs import cost_panel
from pages.attention.panels import layer_panel, matrices_panel, proof_panel, scale_panel, zoom_panel

LEGEND = (
    "Point at any number to see how it is computed: green and violet frames mark the numbers of its sum. Blue is above 0, orange below. "
    "A row is a token (of W: a feature that comes out)."
)

state.values()
strip = zoom_place() if KIND.value == "patches" else None
left, right = st.container(key="attention").columns([1, 3], gap="medium")
with left:
    choices = choose()
if strip:
    with strip:
        zoom_panel(choices)
with right:
    matrices_panel(choices)
    st.caption(LEGEND, help="Nothing is trained: this shows how attention computes, not what it learns.")
    proof = st.empty()
scale_panel(choices)
with proof:
    proof_panel(choices)
layer_panel()
cost_panel()
try_this(ABOUT.experiments)
show.caption(
    f"n = {len(choices.tokens.names)} tokens ({choices.kind}) · no split and no epoch, because nothing is trained · seed "
    f"{choices.seed} · matrices: NumPy, float64, on the server's CPU"
)
link = {**choices.link, **links(LENGTH)}
take_along(link, choices.code, language="python")
state.write_page(link)
