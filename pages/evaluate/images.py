"""The images behind a cell of a confusion matrix, and what is known of a class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.errors import LabError
from core.training.history import Snapshot
from dashboard.kit.wording import marked
from dashboard.pictures.html import gallery_html
from dashboard.runs.outputs import pictures
from dashboard.shell import show

if TYPE_CHECKING:
    from core.evaluation.judged import Judged

SHOWN = 12


def cell_panel(run: Snapshot, epoch: int, images: str, judged: Judged, cell: tuple[int, int]) -> None:
    """The images of class `cell[0]` that were taken for `cell[1]`, the surest first, a page at a time."""
    true, predicted = cell
    images_of_cell = judged.cell(true, predicted)
    what = (
        f"{run.classes[true]} misclassified as {run.classes[predicted]}"
        if true != predicted
        else (f"{run.classes[true]}, classified correctly")
    )
    _gallery(run, images, judged, images_of_cell, f"{what}, epoch {epoch + 1}", key=f"evaluate_cell-{true}-{predicted}")


def errors_panel(run: Snapshot, epoch: int, images: str, judged: Judged) -> None:
    """The errors that the model was surest of."""
    from core.evaluation.ranking import confident_errors

    errors = confident_errors(judged.probabilities, judged.labels)
    _gallery(run, images, judged, errors, f"The most confident errors, epoch {epoch + 1}", key="evaluate_errors")


def _gallery(run: Snapshot, images: str, judged: Judged, index: np.ndarray, title: str, *, key: str) -> None:
    pages = -(-len(index) // SHOWN)
    with st.container(horizontal=True, vertical_alignment="center"):
        count = f"{len(index):,} image{'s' * (len(index) != 1)}"
        show.markdown(marked("**{}: {}**{}", title, count, ", the most confident first" if len(index) > 1 else ""))
        page = st.pagination(pages, key=f"{key}-page") if pages > 1 else 1
    if not len(index):
        st.caption("No image: this never happened.")
        return
    here = index[(page - 1) * SHOWN : page * SHOWN]
    try:
        st.html(gallery_html(pictures(run, images, here), judged.labels[here], judged.probabilities[here], run.classes))
    except LabError as error:  # the folder has moved, or who looks may not open it: the numbers are still there
        show.info(error)
