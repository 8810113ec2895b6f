"""Plotly figures that change when a person acts. Pure: numbers in, figure out; each says its axes, units and n."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.readable import percent
from core.scores import ClassScores, known
from core.text import MOST_SENTENCE, taken
from dashboard.kit.wording import plotted
from dashboard.shell.plotly_look import MARGIN, QUIET, RUN, WRONG

if TYPE_CHECKING:
    from core.evaluation.calibration import Reliability
    from core.evaluation.learning import LearningEpochs
    from core.evaluation.ranking import PrecisionRecall

CURVES = {"recall": "recall", "precision": "precision", "f1": "F1"}
LOOKS = {"accuracy": ("#8a6d00", "star"), "recall": (RUN, "circle"), "precision": (WRONG, "square"), "F1": ("#009e73", "diamond")}
SHARES = {"range": [0, 1.02], "tickformat": ".0%"}


def reliability_figure(reliability: Reliability) -> go.Figure:
    """Accuracy of the images by the confidence of their answer, beside the line on which both are equal."""
    bins = len(reliability.count)
    middles = (np.arange(bins) + 0.5) / bins
    some = reliability.count > 0
    rows = zip(reliability.confidence[some], reliability.accuracy[some], reliability.count[some], strict=True)
    words = [f"mean confidence {percent(confidence)}, accuracy {percent(accuracy)}, n = {n:,}" for confidence, accuracy, n in rows]
    bar = {"name": "accuracy", "marker_color": RUN, "hovertext": words, "hoverinfo": "text"}
    figure = go.Figure(
        [
            go.Bar(x=middles[some], y=reliability.accuracy[some], width=0.92 / bins, **bar),
            go.Scatter(
                x=[0, 1], y=[0, 1], mode="lines", name="perfectly calibrated", line={"color": QUIET, "dash": "dash"}, hoverinfo="skip"
            ),
        ]
    )
    return _laid_out(figure, f"Reliability, n = {reliability.count.sum():,}", "confidence (probability of the answer)", "accuracy")


def precision_recall_figure(curve: PrecisionRecall, name: str, chosen: tuple[float, float]) -> go.Figure:
    """Precision against recall as the threshold on the class's probability falls; `chosen` is (recall, precision) of the highest class."""
    thresholds = [f"probability at least {t:.3f}" for t in curve.threshold]
    hover = "recall %{x:.1%}, precision %{y:.1%}"
    line = {"mode": "lines", "line": {"color": RUN, "shape": "vh"}, "hovertemplate": f"{hover}<br>%{{text}}<extra></extra>"}
    dot = {"mode": "markers", "marker": {"color": WRONG, "size": 11, "symbol": "diamond"}, "hovertemplate": f"{hover}<extra></extra>"}
    figure = go.Figure(
        [
            go.Scatter(x=curve.recall, y=curve.precision, name="thresholds", text=thresholds, **line),
            go.Scatter(x=[chosen[0]], y=[chosen[1]], name="where the most probable class is chosen", **dot),
        ]
    )
    return _laid_out(figure, f"{taken(name)} or not: average precision {percent(curve.average_precision)}", "recall", "precision")


def scores_figure(matrices: Mapping[int, np.ndarray], *, best: int, title: str, name: str = "", k: int | None = None) -> go.Figure:
    """Recall, precision and F1 of the class `k`, called `name`, or their means and top-1, by epoch (counted from 1 in what is shown).

    `matrices` (K, K) by epoch from 0. The epoch `best` is marked. Means are over the classes that occur; one that does not has no curve.
    """
    epochs = sorted(matrices)
    scores = [ClassScores(matrices[epoch]) for epoch in epochs]
    if k is None:
        lines = {"accuracy": [one.top1 for one in scores]} | {w: [known(one.mean(s)) for one in scores] for s, w in CURVES.items()}
    else:
        lines = {words: [known(float(getattr(one, score)[k])) for one in scores] for score, words in CURVES.items()}
    traces = []
    for words, values in lines.items():
        (color, symbol), name_of = LOOKS[words], f"mean {words}" if k is None and words in CURVES.values() else words
        hover = f"{plotted(name_of)} %{{y:.1%}} after epoch %{{x}}<extra></extra>"
        look = {"mode": "lines+markers", "line": {"color": color}, "marker": {"color": color, "symbol": symbol, "size": 6}}
        traces.append(go.Scatter(x=[epoch + 1 for epoch in epochs], y=values, name=plotted(name_of), hovertemplate=hover, **look))
    n = scores[-1].total if k is None else int(scores[-1].count[k])
    figure = _laid_out(go.Figure(traces), f"{taken(title)}{f', class {taken(name)}' if name else ''}, n = {n:,}", "epoch", "share")
    if best in matrices:
        figure.add_vline(best + 1, line={"color": QUIET, "dash": "dot"})
    return figure.update_layout(xaxis={"range": None, "tickformat": "d"}, yaxis={"range": None, "tickformat": ".0%"})


def learning_figure(history: LearningEpochs, epochs: list[int]) -> go.Figure:
    """How many images were named rightly for the first time, and from then on to the end, at each of `epochs` (counted from 1)."""
    names = [str(epoch) for epoch in epochs] + ["never"]
    bars = [
        go.Bar(x=names, y=_at(values, len(epochs)), name=plotted(name), marker_color=color)
        for values, name, color in ((history.first, "correct for the first time", QUIET), (history.for_good, "correct from then on", RUN))
    ]
    figure = _laid_out(go.Figure(bars), f"When images are learned, n = {len(history.first):,}", "epoch", "images")
    return figure.update_layout(xaxis={"type": "category", "range": None, "tickformat": None}, yaxis={"range": None, "tickformat": None})


def _at(values: np.ndarray, epochs: int) -> list[int]:
    """Images at each epoch, then those with `NEVER` (-1)."""
    counts = np.bincount(values + 1, minlength=epochs + 1)  # (N,) -> (E + 1,)
    return [*counts[1:].tolist(), int(counts[0])]


def _laid_out(figure: go.Figure, title: str, x: str, y: str) -> go.Figure:
    return figure.update_layout(
        title={"text": plotted(title, MOST_SENTENCE), "font": {"size": 15}},
        margin=MARGIN,
        height=360,
        xaxis={"title": plotted(x), **SHARES},
        yaxis={"title": plotted(y), **SHARES},
        legend={"orientation": "h", "y": -0.25},
    )
