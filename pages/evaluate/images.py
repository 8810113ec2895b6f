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
    found = judged.cell(true, predicted)
    what = f"{run.classes[true]} taken for {run.classes[predicted]}" if true != predicted else f"{run.classes[true]}, named rightly"
    _gallery(run, images, judged, found, f"{what}, epoch {epoch + 1}", key=f"cell-{true}-{predicted}")


def errors_panel(run: Snapshot, epoch: int, images: str, judged: Judged) -> None:
    """The errors that the model was surest of."""
    from core.evaluation.ranking import confident_errors

    found = confident_errors(judged.probabilities, judged.labels)
    _gallery(run, images, judged, found, f"The surest errors, epoch {epoch + 1}", key="errors")


def _gallery(run: Snapshot, images: str, judged: Judged, found: np.ndarray, title: str, *, key: str) -> None:
    pages = -(-len(found) // SHOWN)
    with st.container(horizontal=True, vertical_alignment="center"):
        count = f"{len(found):,} image{'s' * (len(found) != 1)}"
        show.markdown(marked("**{}: {}**{}", title, count, ", the surest first" if len(found) > 1 else ""))
        page = st.pagination(pages, key=f"{key}-page") if pages > 1 else 1
    if not len(found):
        st.caption("No image: this never happened.")
        return
    here = found[(page - 1) * SHOWN : page * SHOWN]
    try:
        st.html(gallery_html(pictures(run, images, here), judged.labels[here], judged.probabilities[here], run.classes))
    except LabError as error:  # the folder has moved, or who looks may not open it: the numbers are still there
        show.info(error)
