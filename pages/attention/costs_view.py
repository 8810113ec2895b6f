"""Memory and time by the number of tokens, both on logarithmic axes. Pure: numbers in, figure out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.kit.wording import plotted
from dashboard.shell.plotly_look import MARGIN, RUN, WRONG

if TYPE_CHECKING:
    from core.probes.attention.cost import Cost

LOOKS = {"by hand": (RUN, "circle"), "fused": (WRONG, "square"), "gru scan": ("#009e73", "diamond")}


def cost_figure(memory: Mapping[str, Sequence[tuple[int, int]]], points: Sequence[Cost]) -> go.Figure:
    """Computed bytes of each kind as lines and, once there are `points`, a second panel of measured milliseconds."""
    panels = ("memory, computed", "time, measured")[: 2 if points else 1]
    figure = make_subplots(rows=1, cols=len(panels), horizontal_spacing=0.2, subplot_titles=panels)
    for kind, (color, symbol) in LOOKS.items():
        look = {
            "name": plotted(kind),
            "legendgroup": kind,
            "line": {"color": color},
            "marker": {"color": color, "symbol": symbol, "size": 7},
        }
        lengths, sizes = zip(*memory[kind], strict=True)
        hover = "T = %{x:,}: %{y:.3s}B<extra>" + plotted(kind) + "</extra>"
        figure.add_trace(go.Scatter(x=lengths, y=sizes, mode="lines", hovertemplate=hover, **look), row=1, col=1)
        if own := [point for point in points if point.kind == kind]:
            hover, times = "T = %{x:,}: %{y:.3g} ms<extra>" + plotted(kind) + "</extra>", [1000 * point.seconds for point in own]
            where = [point.length for point in own]
            trace = go.Scatter(x=where, y=times, mode="lines+markers", showlegend=False, hovertemplate=hover, **look)
            figure.add_trace(trace, row=1, col=2)
    figure.update_xaxes(type="log", title="tokens T", dtick=1)
    figure.update_yaxes(type="log", title="bytes", tickformat="~s", dtick=2, col=1)
    if points:
        figure.update_yaxes(type="log", title="milliseconds", tickformat="~g", dtick=1, col=2)
    return figure.update_layout(height=330, margin={**MARGIN, "t": 30, "b": 70}, legend={"orientation": "h", "y": -0.25})
