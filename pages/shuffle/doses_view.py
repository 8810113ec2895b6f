"""The dose-response figure: accuracy as more and more patches change places. Pure: numbers in, figure out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from core.evaluation.shuffled import KINDS, PATCH
from core.frames import rows_csv
from core.readable import percent
from dashboard.kit.wording import plotted
from dashboard.shell.plotly_look import MARGIN, QUIET

if TYPE_CHECKING:
    from core.evaluation.dose_records import Response

COLORS = ("#0072b2", "#009e73", "#d55e00", "#8a6d00", "#cc79a7", "#56b4e9", "#7f7f7f")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star", "cross")
AXES = {
    "swaps": "share of patches that have moved",
    "rows": "share of patches that have moved: whole rows",
    "blocks": "side of the blocks that are shuffled, in pixels: 32 is the picture as it is",
}


def dose_figure(kind: str, responses: Mapping[str, Response], chance: float | None) -> go.Figure:
    """A line for each response by its name, with 95 % intervals; `chance` (a share) as a dashed line, where it is one for all."""
    figure = go.Figure([_line(kind, place, name, response) for place, (name, response) in enumerate(responses.items())])
    if chance is not None:
        figure.add_hline(chance, line={"color": QUIET, "dash": "dash"}, annotation={"text": "chance", "font": {"color": "gray"}})
    axis = {"type": "category"} if kind == "blocks" else {"range": [-0.02, 1.02], "tickformat": ".0%"}
    return figure.update_layout(
        xaxis={"title": AXES[kind], **axis}, yaxis={"title": "accuracy", "range": [0, 1.02], "tickformat": ".0%"},
        height=380, margin={**MARGIN, "t": 10}, legend={"orientation": "h", "y": -0.22}, hovermode="x unified",
    )  # fmt: skip


def _line(kind: str, place: int, name: str, response: Response) -> go.Scatter:
    doses, look = response.doses[kind], place % len(COLORS)
    found = [dose.accuracy for dose in doses]
    told = [plotted(f"{percent(a.value)} ({a.words()})") for a in found]
    return go.Scatter(
        x=[str(PATCH * dose.dose) if kind == "blocks" else dose.moved for dose in doses], y=[a.value for a in found],
        name=plotted(name), text=told, hovertemplate="%{text}<extra>" + plotted(name) + "</extra>",
        error_y={"array": [a.high - a.value for a in found], "arrayminus": [a.value - a.low for a in found], "thickness": 1.2, "width": 3},
        mode="lines+markers", line={"color": COLORS[look]}, marker={"symbol": SYMBOLS[look], "size": 8},
    )  # fmt: skip


def dose_csv(responses: Mapping[str, Response]) -> str:
    """All doses of all kinds, a line each."""
    rows = [
        {"model": name, "shuffle": kind, "dose": dose.dose, "unit": KINDS[kind].unit, "moved": dose.moved, "top1": dose.accuracy.value,
         "low": dose.accuracy.low, "high": dose.accuracy.high, "n": response.n}
        for name, response in responses.items() for kind in KINDS for dose in response.doses[kind]
    ]  # fmt: skip
    return rows_csv(rows)
