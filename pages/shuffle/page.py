"""Shuffle test: drag the patches of a picture about, and see which model notices."""

import streamlit as st

from dashboard.runs.foot import linked_part
from dashboard.shell import state
from dashboard.shell.foot import try_this
from dashboard.shell.page import fragment
from pages.shuffle.controls import FIRST_MODELS, ShuffleChoices, choose, choose_way, type_order, warn_of_wrong_ways
from pages.shuffle.doses import choose_doses, dose_panel
from pages.shuffle.panels import board, legend, question, settled, survival_panel

EXPERIMENTS = {
    "Three swaps: the GRU takes the ship for an airplane, then the ViT for a bird; the one without positions sees no difference": {
        "models": ".".join(FIRST_MODELS),
        "order": "0.1.2.3.4.14.13.7.8.15.10.11.12.6.5.9",
    },
    "The same encoder with and without positions": {"models": "encoder.encoder-sinusoidal.encoder-rotary", "order": "reverse"},
    "Put back with p instead of its inverse: even equivariant models fail": {
        "models": "encoder.mlp.gru",
        "order": "random",
        "undo": "permutation",
    },
}

st.title("Shuffle test")
st.markdown("Shuffle the tokens, undo the shuffle on the outputs: **attention without positions does not notice, a recurrent net does.**")
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
asked, doses, between, end = (st.container() for _ in range(4))
with doses:
    kind = choose_doses()
choices = ShuffleChoices(picture, models, patch, way)
with there:
    fragment(board)(choices)
with below:
    linked_part(lambda: settled(choices, proved), choices.runs, end)
    legend(picture)
with asked:
    question()
with doses:
    dose_panel(kind, models)
with between:
    survival_panel(models, patch)
    try_this(EXPERIMENTS)
