"""Vision Transformer: what every token of a trained model attends to, in every layer and head, at any kept epoch."""

import streamlit as st

from core.errors import LabError
from dashboard.runs.choose import follow
from dashboard.runs.foot import foot
from dashboard.shell import services, show, state
from dashboard.shell.foot import try_this
from pages.vit.controls import choose_attending, choose_weights
from pages.vit.panels import caveats, class_token, explorer, formed, legend, proof_line, steps

CIFAR = "recorded-cifar10-compare-vit-0"
ROTARY = "recorded-cifar10-vit-rotary-0"
EXPERIMENTS = {
    "Watch a head become local: layer 1, head 4 with rotary positions looks 4.8 patches far after epoch 1; move the slider": {
        "run": ROTARY,
        "epoch": "1",
        "map": "1-4",
        "token": "28",
        "set": "sailing ship",
    },
    "Three layers rolled out: what has come into the class token": {"run": CIFAR, "epoch": "8", "map": "3-rollout"},
    "In the last layer only the class token's row counts: point at any patch": {
        "run": CIFAR,
        "epoch": "8",
        "map": "3-gradient",
        "token": "28",
    },
}

st.title("Vision Transformer")
st.markdown("Every token reads every other one, in every layer. **The receptive field is the whole image from the first layer.**")
state.values()
left, right = st.container(key="lab").columns([3, 9], gap="medium")
with left:
    run, picture, epochs = choose_attending()
snapshot = services.run(run.run_id)
try:
    with epochs:
        choices = choose_weights(run, picture)
    with right:
        attention, pin = explorer(choices)
        show.caption(legend(attention, run))
    show.caption(proof_line(attention))
    link = choices.link
    state.write_page(link)
    formed(choices, pin)
    steps(run, choices.path)
    class_token(run, choices.path, attention)
except LabError as error:
    show.error(error, at=right)
    link = {"run": run.run_id}
caveats()
try_this(EXPERIMENTS)
foot(snapshot, link)
follow(snapshot)
