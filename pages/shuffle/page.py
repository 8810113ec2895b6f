"""Shuffle test: drag the patches of a picture about, and see which model notices."""

import streamlit as st

from core.data.ship import SEARCHED
from dashboard.pictures.choose import SAILING, choose_picture
from dashboard.runs.choose import classes_of
from dashboard.runs.foot import foot
from dashboard.runs.opened import weighted_runs
from dashboard.shell import services, show, state
from dashboard.shell.foot import try_this
from dashboard.shell.page import fragment
from dashboard.shell.settled import rerun_when_settled
from pages.shuffle.controls import (
    FIRST_MODELS,
    ShuffleChoices,
    choose_models,
    choose_patch,
    choose_way,
    order_of,
    type_order,
    warn_of_wrong_ways,
)
from pages.shuffle.doses import choose_doses, dose_panel
from pages.shuffle.panels import board, proof, question, survival_panel

EXPERIMENTS = {
    "Three swaps: the GRU takes the ship for an airplane, then the ViT for a bird; the one without positions sees no difference": {
        "models": ".".join(FIRST_MODELS), "order": "0.1.2.3.4.14.13.7.8.15.10.11.12.6.5.9",
    },
    "The same encoder with and without positions": {"models": "encoder.encoder-sinusoidal.encoder-rotary", "order": "reverse"},
    "Put back with p instead of its inverse: even equivariant models fail": {
        "models": "encoder.mlp.gru",
        "order": "random",
        "undo": "permutation",
    },
}  # fmt: skip

LEGEND = (
    "f: the model behind its tokens x; p: the order on the board. Equivariant: f(x[p]), put back, is f(x) up to float noise. Invariant: "
    "their mean, or the one answer, is. Orange: tokens whose outputs differ by more than the tolerance, deepest where they differ most. On "
    "the scale: hatched, float noise up to the tolerance. Bars: probability after the shuffle, line across: before."
)

st.title("Shuffle test")
st.markdown("Shuffle the tokens, undo the shuffle on the outputs: **attention without positions does not notice, a recurrent net does.**")
state.values()
left, right = st.container(key="shuffle").columns([3, 9], gap="medium")
own, others = left.container(), left.container()
with others:
    models = choose_models()
    patch = choose_patch()
weighted = weighted_runs()
runs = [name for name in models if name in weighted]
with own:
    picture = choose_picture(classes_of(runs), first=SAILING)
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
first = services.run(runs[0] if runs else f"recorded-{services.first_recorded()}")


@fragment
def answers() -> None:
    """What an order that the browser sends changes at once."""
    board(choices)


@fragment
def around() -> None:
    """What follows when the board has come to rest."""
    rerun_when_settled(key="shuffle")
    with proved:
        show.caption(proof(choices))
    link = choices.link(order_of(patch)[1])
    with end:
        foot(first, link)
    state.write_page(link)


with there:
    answers()
with below:
    around()
below.caption(LEGEND)
if picture.name == SAILING:
    below.caption(SEARCHED)
with asked:
    question()
with doses:
    dose_panel(kind, models)
with between:
    survival_panel(models, patch)
    try_this(EXPERIMENTS)
