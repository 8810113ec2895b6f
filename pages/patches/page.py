"""Patches: an image becomes a sequence of tokens, by a convolution that is nothing but cut, flatten, multiply."""

import streamlit as st

from dashboard.runs.choose import run_link
from dashboard.runs.foot import foot
from dashboard.shell import show, state, visitor
from dashboard.shell.foot import try_this
from dashboard.shell.link import page_link
from pages.patches.controls import choose_embedding
from pages.patches.one_image import choose_image
from pages.patches.panels import choose_order, grid_panel, kernels_panel, link_values, numbers_panel, rebuild_panel, steps_panel

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
    chosen = choose_embedding()
    order = choose_order()
    image = choose_image()
with right:
    at = grid_panel(chosen, image, order)
    show.caption(f"Tokens by {chosen.words}. Point at a patch, or use the arrow keys; a click keeps it for the steps below.")
feature = steps_panel(chosen, image, at)
rebuild_panel(chosen, image)
kernels_panel(chosen, feature)
try_this(EXPERIMENTS)
numbers_panel(chosen, image, order)
link = {**run_link(chosen.run, chosen.epoch), **chosen.link, **image.link, **link_values(at, order, feature)}
foot(chosen.run, link=page_link(link), command=visitor.command(chosen.run.config))
state.write_page(link)
