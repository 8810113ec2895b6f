"""A live chart of a run: loss, top-1 accuracy and learning rate over fractional epochs, in one Plotly figure that is never remounted.

    data = live_data(snapshot, last_sent("chart"), smoothing=0.9)
    live_chart(data, key="chart", height=430)

`live_data` (dashboard/training/curve.py) says what a message holds. A browser that finds a gap in what it has asks for everything: it
triggers a rerun (of the fragment, inside one) in which `last_sent` is None.
"""

from __future__ import annotations

from typing import Any

from dashboard.kit.component import component
from dashboard.shell.choices import Kept
from dashboard.training.curve import Sent, sent_with

HTML = """<div class="live-chart">
  <div class="live-chart-head">
    <span class="live-chart-label"></span><span class="live-chart-buttons">
    <button class="live-chart-replay" type="button" hidden>▶ replay</button>
    <button data-kind="svg" type="button" title="Save the chart as SVG, with a caption">SVG</button>
    <button data-kind="png" type="button" title="Save the chart as PNG, with a caption">PNG</button></span>
  </div>
  <div class="live-chart-body"><div class="live-chart-plot" role="figure"></div><div class="live-chart-note"></div></div>
</div>"""

_mount = component(__file__, HTML)


def last_sent(key: str) -> Sent | None:
    """What this session's chart `key` has been sent; None before the first message and when the browser asked for everything."""
    return Kept(key, "sent").value


def live_chart(data: dict[str, Any], *, key: str, height: int = 430) -> None:
    """Draw or update the chart `key` from `data`. `height` is in pixels, wide; a narrow chart stacks its panels and is taller."""
    # The height travels as data: as a layout argument it would not reach the figure.
    _mount(data=[{**data, "height": height}], key=key, on_resync_change=Kept(key, "sent").take)
    Kept(key, "sent").keep(sent_with(data))
