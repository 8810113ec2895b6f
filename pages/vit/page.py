"""Vision Transformer: what every token of a trained model attends to, in every layer and head, at any kept epoch."""

import streamlit as st

from core.errors import LabError
from dashboard.pictures.zoom import zoom_place
from dashboard.runs.choose import follow
from dashboard.runs.foot import foot
from dashboard.shell import services, show, state
from dashboard.shell.foot import try_this
from pages.vit.about import ABOUT
from pages.vit.controls import choose_attending, choose_weights
from pages.vit.panels import POINT, caveats, class_token, explorer, formed, legend, proof_line, steps, zoom_panel

state.values()
strip = zoom_place()
left, right = st.container(key="lab").columns([3, 9], gap="medium")
with left:
    run, picture, epochs = choose_attending()
snapshot = services.run(run.run_id)
try:
    with epochs:
        choices = choose_weights(run, picture)
    with right:
        attention, pin = explorer(choices)
        show.caption(POINT, help=show.label(legend(attention, run)))
    with strip:
        zoom_panel(choices, attention)
    show.proof(proof_line(attention))
    link = choices.link
    state.write_page(link)
    formed(choices, pin)
    steps(run, choices.path)
    class_token(run, choices.path, attention)
except LabError as error:
    show.error(error, at=right)
    link = {"run": run.run_id}
caveats()
try_this(ABOUT.experiments)
foot(snapshot, link)
follow(snapshot)
