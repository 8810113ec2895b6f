"""Evaluate: the confusion matrix of any epoch, the images behind its cells, and what else follows from what a model said."""

import streamlit as st

from core.scores import ClassScores
from dashboard.runs.choose import follow, run_link
from dashboard.runs.foot import foot
from dashboard.shell import show, state
from dashboard.shell.choices import links
from dashboard.shell.foot import try_this
from dashboard.shell.left_out import left_out_note
from pages.evaluate.about import ABOUT
from pages.evaluate.controls import SPLIT, VIEW, choose
from pages.evaluate.pair import pair_panel
from pages.evaluate.panels import board, class_table, consent, judged_here
from pages.evaluate.trap import trap_panel
from pages.evaluate.view import figures_html
from pages.evaluate.views import view_panel

state.values()
judging = choose()
run = judging.run
link = {**state.page(), **links(SPLIT, VIEW)}
if not run.epochs:
    show.info(f"Run {run.run_id} has not finished an epoch yet. Its first confusion matrix appears after the first epoch.")
elif not judging.matrices:
    st.info("This run has not been evaluated on these images.")
    consent(judging)
else:
    left, right = st.columns([6, 5], gap="medium")
    with left:
        looked, epoch = board(judging)
    with right:
        view_panel(judging, looked, epoch)
    judged = judged_here(judging, epoch, quiet=True)
    with left:
        st.html(figures_html(ClassScores(judging.matrices[epoch]), judged))
        left_out_note(judged.left_out if judged else {})
    if judging.split != "val":
        consent(judging)
    class_table(judging, epoch, judged, looked.row)
    pair_panel(judging)
    trap_panel()
    try_this(ABOUT.experiments)
    link = {**run_link(run, epoch), **judging.link}
    foot(run, link)
state.write_page(link)
follow(run)
