"""Evaluate: the confusion matrix of any epoch, the images behind its cells, and what else follows from what a model said."""

from functools import partial

import streamlit as st

from core.scores import ClassScores
from dashboard.runs.choose import follow, run_link
from dashboard.runs.foot import foot
from dashboard.shell import show, state, visitor
from dashboard.shell.foot import try_this
from dashboard.shell.left_out import left_out_note
from dashboard.shell.link import page_link
from dashboard.shell.tables import class_table_csv, class_table_html, image_table_csv
from pages.evaluate.pair import pair_panel
from pages.evaluate.panels import board, choose, consent, figures_html, judged_here, minus_link, view
from pages.evaluate.trap import trap_panel

EXPERIMENTS = {
    "Is the model as sure as it is right?": {"run": "recorded-shapes-gru", "epoch": "17", "view": "Sureness"},
    "Cats and dogs: play the 15 epochs of the published hand-in": {"run": "published-hand-in", "cell": "3-5", "epoch": "1"},
    "What sweeping GRUs still get wrong, in numbers": {"run": "recorded-cifar10-bar-0", "epoch": "8"},
}

st.title("Evaluate")
st.markdown(
    "A confusion matrix says what a model takes for what. **Each of its cells is a set of images:** click one, at any epoch, and look."
)
state.values()
judging = choose()
run = judging.run
if not run.epochs:
    show.info(f"Run {run.run_id} has no complete epoch yet: its first matrix comes with it.")
elif not judging.matrices:
    st.info("These images have not been judged by this run yet.")
    consent(judging)
else:
    left, right = st.columns([6, 5], gap="medium")
    with left:
        looked, epoch = board(judging)
    with right:
        view(judging, looked, epoch)
    scores = ClassScores(judging.matrices[epoch])
    judged = judged_here(judging, epoch, quiet=True)
    with left:
        st.html(figures_html(scores, judged))
        left_out_note(judged.left_out if judged else {})
    if judging.split != "val":
        consent(judging)
    st.subheader("Per class", help="One-vs-rest accuracy counts the many true negatives: it is not the accuracy.")
    caption = f"{judging.title} after epoch {epoch + 1}, n = {scores.total:,}. {scores.notes(run.classes, 'image')}".strip()
    st.html(class_table_html(scores, run.classes, caption=caption, counts=True, chosen=looked.row))
    with st.container(horizontal=True):
        saving = {"icon": ":material/download:", "on_click": "ignore"}
        file = f"{run.run_id}-epoch-{epoch + 1}"
        st.download_button("Table (CSV)", lambda: class_table_csv(scores, run.classes), f"{file}.csv", key="class_csv", **saving)
        if judged:
            table = partial(image_table_csv, judged, run.classes)
            st.download_button(
                "Images (CSV)",
                table,
                f"{file}-images.csv",
                key="image_csv",
                help="A line an image: what it is, what it was taken for, and how surely.",
                **saving,
            )
    pair_panel(judging)
    trap_panel()
    cell = "-".join(map(str, looked.cell)) if looked.cell else ""
    norm = looked.norm if looked.norm != "true" else ""
    values = {**run_link(run, epoch), **minus_link(judging), "cell": cell, "norm": norm}
    try_this(EXPERIMENTS)
    foot(run, link=page_link(values), command=visitor.command(run.config))
    state.write_page(values, bound=("split", "view"))
follow(run)
