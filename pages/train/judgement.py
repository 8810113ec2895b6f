"""What a run gets right and wrong: confusion matrices and scores per class."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.scores import ClassScores
from core.training.history import Snapshot
from dashboard.pictures.html import confusion_html
from dashboard.runs.shown import shown
from dashboard.shell.tables import class_table_html


def judgement_panel() -> None:
    """Both confusion matrices and the class table of an epoch."""
    run = shown()
    if run.epochs:
        _matrices(run)


def _matrices(run: Snapshot) -> None:
    st.subheader("Confusion matrices")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        epoch = _epoch_slider(run)
        normalise = st.toggle("In percent of the true class", key="normalise", value=True)
    record = run.epochs[epoch - 1]
    tokens = run.kind == "sequences"
    seen = record.val_confusion + record.train_confusion
    used = [k for k in range(len(run.classes)) if not tokens or seen[k].any() or seen[:, k].any()]
    names = [run.classes[k] for k in used]
    accuracy = "accuracy of tokens" if tokens else "top-1"
    axes = (
        "Row = true token, column = predicted one, the right ones before it given"
        if tokens
        else "Row = true class, column = predicted class"
    )
    columns = st.columns(2)
    splits = (("Validation", record.val_confusion, record.val_top1), ("Training", record.train_confusion, record.train_top1))
    for column, (split, matrix, top1) in zip(columns, splits, strict=True):
        caption = f"{split} after epoch {epoch}: {accuracy} {top1:.1%}. {axes}"
        column.html(confusion_html(matrix[np.ix_(used, used)], names, normalise=normalise, caption=caption))
    st.subheader(
        "Per token" if tokens else "Per class", help="One-vs-rest accuracy counts the many true negatives: it is not the accuracy."
    )
    scores = ClassScores(record.val_confusion[np.ix_(used, used)])
    notes = scores.notes(names, "token" if tokens else "image")
    st.html(class_table_html(scores, names, caption=f"Validation after epoch {epoch}, n = {scores.total:,}. {notes}".strip()))
    st.caption(
        f"Top-1 = diagonal / all = {int(record.val_confusion.trace()):,} / {scores.total:,} = {scores.top1:.4f}; "
        f"the training thread counted {record.val_top1:.4f}; difference {abs(scores.top1 - record.val_top1):.1g}."
    )


def _epoch_slider(run: Snapshot) -> int:
    """The epoch to look at, from 1. It follows the newest one until it is moved back."""
    last, key = len(run.epochs), "epoch_shown"
    seen = st.session_state.get("epoch_last", (None, 0))
    if seen[0] != run.run_id or st.session_state.get(key, 0) >= seen[1]:
        st.session_state[key] = last
    st.session_state["epoch_last"] = (run.run_id, last)
    if last == 1:
        return 1
    return st.slider("Epoch", 1, last, key=key, help="Follows the newest epoch until you move it back.")
