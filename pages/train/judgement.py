"""What a run gets right and wrong: confusion matrices and scores per class."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.readable import percent
from core.scores import ClassScores
from core.training.history import Snapshot
from dashboard.runs.shown import shown
from dashboard.shell.choices import Choice, Kept
from dashboard.shell.predict import predict
from dashboard.shell.tables import class_table_html
from dashboard.shell.words import THINGS
from pages.train.view import confusion_html

EPOCH = Choice("train", "epoch_shown", first=0, in_link=False)
NORMALISE = Choice("train", "normalise", (False, True), first=True, in_link=False)
NEWEST = Kept("train", "newest", first=(None, 0))  # (run, its newest epoch) when the slider was drawn last


def judgement_panel() -> None:
    """Both confusion matrices and the class table of an epoch."""
    run = shown()
    if run.epochs:
        _matrices(run)


def _matrices(run: Snapshot) -> None:
    st.header("Confusion matrices")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        epoch = _epoch_slider(run)
        normalise = NORMALISE.toggle("In percent of the true class")
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
        caption = f"{split} after epoch {epoch}: {accuracy} {percent(top1)}. {axes}"
        column.html(confusion_html(matrix[np.ix_(used, used)], names, normalise=normalise, caption=caption))
    st.header("Per token" if tokens else "Per class", help="One-vs-rest accuracy counts the many true negatives: it is not the accuracy.")
    scores = ClassScores(record.val_confusion[np.ix_(used, used)])
    notes = scores.notes(names, "token" if tokens else "image")
    st.html(class_table_html(scores, names, caption=f"Validation after epoch {epoch}, n = {scores.total:,}. {notes}".strip()))
    st.caption(
        f"Top-1 = diagonal / all = {int(record.val_confusion.trace()):,} / {scores.total:,} = {scores.top1:.4f}; "
        f"the training thread counted {record.val_top1:.4f}; difference {abs(scores.top1 - record.val_top1):.1g}."
    )


def _epoch_slider(run: Snapshot) -> int:
    """The epoch to look at, from 1. It follows the newest one until it is moved back."""
    last, (run_id, newest) = len(run.epochs), NEWEST.value
    if run_id != run.run_id or EPOCH.value >= newest:
        EPOCH.set(last)
    elif last != newest:  # said again: Streamlit may have kept another value for a slider with another end
        EPOCH.set(min(EPOCH.value, last))
    chosen = 1
    if last > 1:
        chosen = EPOCH.among(range(1, last + 1)).slider("Epoch", help="Follows the newest epoch until you move it back.")
    NEWEST.keep((run.run_id, last))  # a run of the page that ends before its slider is there does all this again
    return chosen


def question(run: Snapshot) -> None:
    """Predict, then reveal: which accuracy is higher in the best epoch."""
    best = run.best
    if not best:
        return
    things = THINGS[run.kind]
    predict(
        "Which accuracy is higher in the best epoch of the run above?",
        ("training", "validation"),
        answer="training" if best.train_top1 > best.val_top1 else "validation",
        because=f"Training {percent(best.train_top1)} is the mean over the epoch, while the weights still changed and on {things} "
        f"it learns from; validation {percent(best.val_top1)} is measured after the epoch on {things} it never learns from.",
        key="train_predict",
    )
