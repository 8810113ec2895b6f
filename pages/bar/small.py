"""The small picture of the page on the map of Home: the road to over 80 %, step by step, as recorded."""

from __future__ import annotations

from core.records.results import road
from dashboard.pictures.small import bars, drawn, path


def small() -> str:
    """A bar a step, and the bar of the unit at 80 %."""
    steps = [max(step.result.val_top1) for step in road() if step.result]
    line = 4 + 48 * (1 - (0.8 - 0.4) / 0.5)
    return drawn(bars(steps, span=(0.4, 0.9)), path([(4, line), (92, line)], "b"))
