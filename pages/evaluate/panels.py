"""The panels of the page Evaluate: the board of matrices, what is known of each image, classes, and what is judged when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.data import DATASETS
from core.data.naming import class_folders, set_of_folder
from core.errors import DataError, LabError
from core.records.published import PUBLISHED_ID
from core.scores import ClassScores
from core.text import MOST_PATH
from core.training.history import Snapshot
from dashboard.runs.outputs import moved_to, outputs
from dashboard.shell import services, show, state
from dashboard.shell.download import download
from dashboard.shell.tables import class_table_csv, class_table_html, image_table_csv
from pages.evaluate.board import MatrixLook, confusion_board
from pages.evaluate.controls import CELL, EPOCH, MOVED, NORM, Judging, kept_epochs
from pages.evaluate.view import SETS, board_data, cells_of, largest_confusion, recorded_matrices

if TYPE_CHECKING:
    from core.evaluation.judged import Judged


def board(judging: Judging) -> tuple[MatrixLook, int]:
    """The matrices of all epochs; what is looked at, and its epoch from 0."""
    run, matrices = judging.run, judging.matrices
    epochs = sorted(matrices)
    epoch = state.shown_epoch(epochs, run.best.epoch)
    other = _other(judging)
    cell = CELL.within(cells_of(len(run.classes))).value or largest_confusion(matrices[epoch])
    data = board_data(run, judging.split, matrices, epoch=epoch, norm=NORM.value, cell=cell, other=other)
    looked = confusion_board(data, key="evaluate_matrix")
    CELL.set(looked.cell)
    NORM.set(looked.norm)
    epoch = looked.epoch if looked.epoch in matrices else epoch
    state.show_epoch(epoch)
    return looked, epoch


def _other(judging: Judging) -> tuple[str, np.ndarray] | None:
    """The name and the matrix of what is subtracted."""
    if not judging.minus:
        return None
    matrix = recorded_matrices(services.run(judging.minus), judging.split)[judging.minus_epoch]
    return f"{judging.minus} after epoch {judging.minus_epoch + 1}", matrix


def judged_here(judging: Judging, epoch: int, *, quiet: bool = False) -> Judged | None:
    """What `epoch` says of every image; None, and unless `quiet` a sentence why, where that is not known."""
    run, split = judging.run, judging.split
    if split != "val" and epoch not in kept_epochs(run, split):
        return None
    try:
        return outputs(run, epoch, split)
    except LabError as error:
        if not quiet:
            _say_why(run, error)
        return None


def _say_why(run: Snapshot, error: LabError) -> None:
    """Why nothing can be said of each image; where it is for want of a recorded run's images, a field that names their folder."""
    if run.run_id == PUBLISHED_ID:
        st.info("The published hand-in consists of curves and matrices. Its answers to single images were not published.")
        return
    missing = isinstance(error, DataError) and run.recorded and DATASETS[run.config["dataset"]].needs_folder
    if missing and not (moved_to(run) or class_folders(set_of_folder(run.config["data"]))):
        st.info(
            f"The images of this recorded run are CIFAR-10's {sum(run.sizes.values()):,} training images, which do not come with the lab."
        )
    else:
        show.info(error)
    if missing:
        MOVED.set(moved_to(run))
        MOVED.text_input("Folder of its images: ten class folders", max_chars=MOST_PATH, on_change=_take_folder)


def _take_folder() -> None:
    state.values()["data"] = MOVED.value.strip()


def consent(judging: Judging) -> None:
    """A button that judges images on which no epoch, or not this one, has been judged yet: test images are not looked at unasked."""
    from core.evaluation.looks import looks

    run, split = judging.run, judging.split
    epochs = [epoch for epoch in services.manager().kept_weights(run.run_id) if epoch not in kept_epochs(run, split)]
    if split == "test":
        count = looks(services.manager())
        show.caption(
            f"The test set has been used {count} time{'s' * (count != 1)} in this lab. If you choose a model by it, the test set becomes "
            f"a second validation set."
        )
    if not epochs or not split:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        best = run.best.epoch
        choice = EPOCH.among(epochs, first=best if best in epochs else epochs[-1])
        chosen = choice.selectbox("Epoch to evaluate", format_func=lambda e: f"{e + 1:d}", width=160)
        label = f"Evaluate on {SETS.get(split, 'the folder')}"
        if st.button(show.label(label), key="evaluate_judge", icon=":material/visibility:"):
            try:
                outputs(run, chosen, split)
            except LabError as error:
                show.error(error)
                return
            state.show_epoch(chosen)
            st.rerun()


def class_table(judging: Judging, epoch: int, judged: Judged | None, row: int | None) -> None:
    """Scores of every class after `epoch`, that of `row` marked, and the tables to take along."""
    run, scores = judging.run, ClassScores(judging.matrices[epoch])
    st.header("Per class", help="One-vs-rest accuracy also counts the many true negatives, so it is not the accuracy.")
    caption = f"{judging.title} after epoch {epoch + 1}, n = {scores.total:,}. {scores.notes(run.classes, 'image')}".strip()
    st.html(class_table_html(scores, run.classes, caption=caption, counts=True, chosen=row))
    file = f"{run.run_id}-epoch-{epoch + 1}"
    with st.container(horizontal=True):
        download("Table (CSV)", lambda: class_table_csv(scores, run.classes), f"{file}.csv", key="evaluate_class_csv")
        if judged:
            download(
                "Images (CSV)",
                lambda: image_table_csv(judged, run.classes),
                f"{file}-images.csv",
                key="evaluate_image_csv",
                help="One line for each image: its true class, the predicted class, and the probabilities.",
            )
