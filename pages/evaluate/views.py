"""What is beside the board of matrices: images of a cell, a class, curves, how sure the model is, when it learned what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.readable import percent
from core.scores import ClassScores
from dashboard.runs.outputs import outputs
from dashboard.shell import show
from dashboard.shell.plotly_figure import plotly_figure
from pages.evaluate.board import MatrixLook
from pages.evaluate.controls import VIEW, VIEWS, Judging, kept_epochs
from pages.evaluate.images import cell_panel, errors_panel
from pages.evaluate.panels import judged_here

if TYPE_CHECKING:
    from core.evaluation.judged import Judged


def view_panel(judging: Judging, looked: MatrixLook, epoch: int) -> None:
    """What is beside the board."""
    chosen = VIEW.segmented("View", format_func=VIEWS.get, wrap=True)
    if chosen == "curves":
        _curves(judging, looked)
        return
    judged = judged_here(judging, epoch)
    if judged is None:
        kept = [str(e + 1) for e in kept_epochs(judging.run, judging.split)]
        if judging.split != "val":
            show.info(
                f"The answers of epoch {epoch + 1} to the single images are not known yet."
                + (f" They are known for the epochs {', '.join(kept)}." if kept else "")
            )
        return
    {"images": _images, "class": _class, "sure": _sure, "when": _when}[chosen](judging, looked, epoch, judged)


def _curves(judging: Judging, looked: MatrixLook) -> None:
    from pages.evaluate.figures import scores_figure

    best = judging.run.best.epoch
    name = "" if looked.row is None else judging.run.classes[looked.row]
    figure = scores_figure(judging.matrices, best=best, title=judging.title, name=name, k=looked.row)
    last = max(judging.matrices)
    scores = ClassScores(judging.matrices[last])
    reached = (
        f"recall {percent(scores.recall[looked.row])}, precision {percent(scores.precision[looked.row])}"
        if name
        else f"accuracy {percent(scores.top1)}"
    )
    alt = f"Scores of {name or 'all classes'} by epoch. After epoch {last + 1}: {reached}."
    n = int(scores.count[looked.row]) if name else scores.total
    caption = judging.figure_caption(f"epochs 1 to {last + 1}", n, name)
    plotly_figure(figure, key="evaluate_scores", alt=alt, caption=caption)
    if name and not scores.occurs[looked.row]:
        what = f"There is no image of the class {name}, so it has no scores and no curves."
    else:
        over = "Means over the classes that occur; the accuracy is that of all images. Click a class in the matrix for its own curves."
        what = f"Scores of the class {name}." if name else f"{over} {scores.notes(judging.run.classes, 'image')}".strip()
    show.caption(f"{what} The dotted line marks the best epoch on the validation images, {best + 1}.")


def _images(judging: Judging, looked: MatrixLook, epoch: int, judged: Judged) -> None:
    if looked.row is not None:
        _class(judging, looked, epoch, judged)
    else:
        cell_panel(judging.run, epoch, judging.split, judged, looked.cell)


def _class(judging: Judging, looked: MatrixLook, epoch: int, judged: Judged) -> None:
    from core.evaluation.ranking import precision_recall
    from pages.evaluate.figures import precision_recall_figure

    k = looked.row if looked.row is not None else looked.cell[0]
    name, scores = judging.run.classes[k], judged.scores
    if not scores.count[k]:
        show.info(f"There is no {name} among these images, so its recall is not defined.")
        return
    if scores.count[k] == scores.total:
        why = f"All {scores.total:,} images are of {name}. Precision is always 1 then, so its curve says nothing."
        show.info(f"{why} {scores.true_positives[k]:,} are found.")
        return
    curve = precision_recall(judged.probabilities[:, k], judged.labels == k)
    figure = precision_recall_figure(curve, name, (scores.recall[k], scores.precision[k]))
    reached = f"where the most probable class is chosen, recall is {percent(scores.recall[k])} and precision {percent(scores.precision[k])}"
    alt = f"Precision against recall of the class {name}: average precision {percent(curve.average_precision)}; {reached}."
    caption = judging.figure_caption(f"epoch {epoch + 1}", scores.total, name)
    plotly_figure(figure, key="evaluate_curve", alt=alt, caption=caption)
    row = scores.matrix[k].copy()
    row[k] = 0
    taken = ", ".join(f"{judging.run.classes[j]} {row[j]:,}" for j in np.argsort(-row, kind="stable")[:3] if row[j])
    show.caption(
        f"Of {scores.count[k]:,} images of {name} {scores.true_positives[k]:,} are found. The others are most often misclassified as: "
        f"{taken or 'nothing else'}."
    )


def _sure(judging: Judging, looked: MatrixLook, epoch: int, judged: Judged) -> None:
    from core.evaluation.calibration import reliability
    from pages.evaluate.figures import reliability_figure

    sureness = reliability(judged.probabilities, judged.labels)
    side = "overconfident" if sureness.gap > 0 else "underconfident"
    found = f"on average the model is {side} by {percent(abs(sureness.gap))}."
    alt = f"Reliability diagram, accuracy against confidence: {found}"
    caption = judging.figure_caption(f"epoch {epoch + 1}", int(sureness.count.sum()))
    plotly_figure(reliability_figure(sureness), key="evaluate_reliability", alt=alt, caption=caption)
    show.caption(f"Expected calibration error {percent(sureness.ece)} (15 bins, Guo et al. 2017): {found}")
    errors_panel(judging.run, epoch, judging.split, judged)


def _when(judging: Judging, looked: MatrixLook, epoch: int, judged: Judged) -> None:
    from core.evaluation.learning import NEVER, learning
    from pages.evaluate.figures import learning_figure

    epochs = kept_epochs(judging.run, judging.split)
    if len(epochs) < 2:
        st.info("The history of an image needs the answers of at least two epochs. Only one is kept here.")
        return
    history = learning(np.stack([outputs(judging.run, e, judging.split).right for e in epochs]))
    never, forgotten = percent((history.first == NEVER).mean()), percent((history.forgotten > 0).mean())
    found = f"{never} of the images were never classified correctly, {forgotten} were "
    figure = learning_figure(history, [e + 1 for e in epochs])
    alt = f"When images are learned: {found}forgotten at least once."
    caption = judging.figure_caption(f"epochs {epochs[0] + 1} to {epochs[-1] + 1}", len(history.first))
    plotly_figure(figure, key="evaluate_learning", alt=alt, caption=caption)
    show.caption(
        f"{found}forgotten at least once (right, then wrong; Toneva et al. 2019), over epochs {', '.join(str(e + 1) for e in epochs)}."
    )
