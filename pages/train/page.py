"""Train: choose a model and images, press play, watch every number while it learns."""

import streamlit as st

from core.data import DATASETS
from dashboard.runs.foot import foot
from dashboard.runs.shown import shown
from dashboard.setup.controls import help_panel, run_form
from dashboard.setup.downloads import offer_download
from dashboard.shell import state
from dashboard.shell.foot import try_this
from dashboard.shell.keys import keys
from dashboard.shell.left_out import left_out_note
from dashboard.training.live import chart_panel, ticking
from dashboard.training.samples import sample_images
from dashboard.training.transport import main_button, transport
from pages.train.about import ABOUT
from pages.train.folder_check import folder_ready
from pages.train.forecast import forecast_panel
from pages.train.judgement import judgement_panel, question
from pages.train.next_steps import next_steps
from pages.train.run_list import runs_panel
from pages.train.set_up import set_up_line

state.values()
run = shown()  # may find that the run of the link is gone, and say so

left, right = st.container(key="lab").columns([1, 3], gap="medium")
with right:  # the picture first: it takes the browser longest
    buttons = st.container()
    sample_images(run)
    ticking(run, chart_panel)
with left:
    config = run_form()
with buttons:
    there = not config or not DATASETS[config.dataset].downloads or offer_download(config.dataset, ", so Play is off")
    ready = config if config and there and folder_ready(config) else None
    transport(run, ready)
    set_up_line(run, config, ready=ready is not None)
    next_steps(run)
with left:
    forecast_panel(run, ready)
left_out_note(run.left_out)
ticking(run, judgement_panel, slower=4)
runs_panel()
question(run)
try_this(ABOUT.experiments)
help_panel(state.values()["model"])
foot(run, state.query(config), config.command() if config else "")
keys({" ": main_button(run), ".": "step"})
state.write_query(config)
