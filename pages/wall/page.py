"""The wall: every run of the class as a moving point and a small curve, and a search that all make together."""

import streamlit as st

from dashboard.shell import state
from dashboard.shell.foot import take_along, try_this
from pages.wall.about import ABOUT
from pages.wall.controls import choose
from pages.wall.panels import question, search_panel, wall_panel, words_panel

CODE = """from core import RunManager
from core.classroom.wall import WallRun, best_row, wall_rows
from core.training.measured import measured

lab = RunManager()
runs = [
    WallRun(row.run_id, row.owner, row.status, row.config["dataset"], row.config, measured(lab.snapshot(row.run_id)))
    for row in lab.runs()
]
print(best_row(wall_rows(runs, called=lambda person: "")))"""

state.values()
with st.container(horizontal=True, vertical_alignment="bottom", key="wall_controls"):
    choices = choose()
    search_panel()
wall_panel(choices)
words_panel(choices)
question()
try_this(ABOUT.experiments)
st.caption(
    "Accuracies are those of validation images (or of tokens of sequences), at the best epoch of each run. Recorded runs came with the lab."
)
take_along(choices.link, CODE, language="python")
state.write_page(choices.link)
