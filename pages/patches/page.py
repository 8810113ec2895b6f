"""Patches: an image becomes a sequence of tokens, by a convolution that is nothing but cut, flatten, multiply."""

import streamlit as st

from dashboard.runs.foot import foot
from dashboard.shell import show, state
from dashboard.shell.foot import try_this
from pages.patches.controls import choose
from pages.patches.panels import grid_panel, kernels_panel, numbers_panel, rebuild_panel, steps_panel

EXPERIMENTS = {
    "Every pixel a token: 1,024 steps for a GRU, a million attention weights": {"patch": "1"},
    "Patches of 8 in 64 numbers: what is lost? Then widen the token": {"patch": "8", "width": "64"},
    "256 patches along a Hilbert curve: what is read together lies together": {"patch": "2", "order": "hilbert"},
    "The kernels of a Vision Transformer after its first epoch on CIFAR-10": {"run": "recorded-cifar10-compare-vit-0", "epoch": "1"},
}

st.title("Patches")
st.markdown("An image becomes a sequence: cut it into patches, multiply each by one matrix. **A convolution with stride is exactly that.**")
state.values()
left, right = st.container(key="lab").columns([1, 3], gap="medium")
with left:
    choices = choose()
with right:
    grid_panel(choices)
    show.caption(f"Tokens by {choices.words}. Point at a patch, or use the arrow keys; a click keeps it for the steps below.")
feature = steps_panel(choices)
rebuild_panel(choices)
kernels_panel(choices, feature)
try_this(EXPERIMENTS)
numbers_panel(choices)
foot(choices.run, choices.link)
state.write_page(choices.link)
