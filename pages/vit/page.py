"""Vision Transformer: what every token of a trained model attends to, in every layer and head, at any kept epoch."""

import streamlit as st

from core.errors import LabError
from dashboard.pictures.choose import choose_picture
from dashboard.runs.choose import follow
from dashboard.runs.foot import foot
from dashboard.runs.opened import kept_epochs
from dashboard.shell import services, show, state, visitor
from dashboard.shell.foot import try_this
from dashboard.shell.link import page_link
from pages.vit.panels import (
    caveats,
    choose_epoch,
    choose_run,
    class_token,
    explorer,
    formed,
    legend,
    link_values,
    proof_line,
    steps,
)

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
    run = choose_run()
    slider = st.container()
    picture = choose_picture(services.run(run.run_id).classes)
snapshot = services.run(run.run_id)
try:
    kept = kept_epochs(run)
    with slider:
        epoch = choose_epoch(run, kept)
    with right:
        found, pin = explorer(run, epoch, kept[epoch], picture)
        show.caption(legend(found, run))
    show.caption(proof_line(found))
    link = link_values(run, epoch, picture)
    state.write_page(link)
    formed(run, kept, epoch, pin)
    steps(run, kept[epoch])
    class_token(run, kept[epoch], found)
except LabError as error:
    show.error(error, at=right)
    link = {"run": run.run_id}
caveats()
try_this(EXPERIMENTS)
foot(snapshot, link=page_link(link), command=visitor.command(snapshot.config))
follow(snapshot)
