"""Lines over time, on a log or a plain axis, read off under the pointer; drawn as SVG, so that it can be saved as it is.

    time_chart(chart_data(...), key="memory_flow")

All numbers are sent once; what follows the pointer, a finger or the arrow keys happens in the browser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.kit.component import component
from dashboard.kit.packed import packed

DOUBLES = "<f8"  # on a log axis a line may go below what float32 holds
HTML = """<figure class="time-chart">
  <div class="time-chart-head"><b class="time-chart-title"></b><span>
    <button type="button" data-kind="svg" title="Save the figure as SVG">SVG</button>
    <button type="button" data-kind="png" title="Save the figure as PNG">PNG</button></span></div>
  <div class="time-chart-legend" aria-live="off"></div>
  <div class="time-chart-plot" role="slider" tabindex="0" aria-valuenow="0" aria-label="Step: arrow keys move"></div>
  <figcaption></figcaption>
</figure>"""

_mount = component(__file__, HTML)


@dataclass(frozen=True, eq=False)
class Line:
    """One line: its name, one of the page's accents ("run", "right", "wrong", "ink"), and its values; `dash` as in SVG.

    `low` and `high`: the interval around each value, drawn as a band.
    """

    name: str
    color: str
    values: np.ndarray
    dash: str = ""
    low: np.ndarray | None = None
    high: np.ndarray | None = None


def chart_data(
    title: str, lines: Sequence[Line], *, x: str, y: str, first: float = 1, step: float = 1, log: bool = False, height: int = 300,
    limits: tuple[float, float] | None = None, marks: Sequence[tuple[float, str]] = (), at: int = 0, note: str = "",
    pinned: tuple[float, float] | None = None, shade: tuple[float, float, str] | None = None, counts: Sequence[int] = (),
) -> dict[str, Any]:  # fmt: skip
    """What the browser needs. Point i of every line is at `first + i * step`; values travel as base64 of float64, lowest byte first.

    `limits` are the smallest and largest number that a log axis shows: what lies outside is drawn at its edge, and said. `marks` are
    horizontal lines with a word. `at` is the point that is read off first. `pinned` are the ends of a plain axis. `shade` is a part of
    the x axis that is tinted, with a word. `counts`: how many of what was measured each point stands for.
    """
    return {
        "title": title,
        "x": x,
        "y": y,
        "first": first,
        "step": step,
        "log": log,
        "height": height,
        "at": at,
        "note": note,
        "limits": list(limits or ()),
        "marks": [list(mark) for mark in marks],
        "pinned": list(pinned or ()),
        "shade": list(shade or ()),
        "counts": list(counts),
        "lines": [_line(line) for line in lines],
    }


def _line(line: Line) -> dict[str, Any]:
    message = {"name": line.name, "color": line.color, "dash": line.dash, "values": packed(line.values, DOUBLES)}
    return message if line.low is None else {**message, "low": packed(line.low, DOUBLES), "high": packed(line.high, DOUBLES)}


def time_chart(data: dict[str, Any], *, key: str) -> None:
    """Draw or update the chart `key` from `chart_data`."""
    _mount(data=[data], key=key)
