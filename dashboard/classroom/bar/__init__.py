"""The bar above every page of a class: who is here, whom one follows, the instructor's run. It is drawn in the browser from the pulse."""

from __future__ import annotations

from collections.abc import Mapping

from core.checks import OneOf
from dashboard.kit.component import component
from dashboard.kit.messages import sent_now

KEY = "class_bar"
ACTS = ("lead", "end", "let_go", "catch_up", "run", "vote", "moved")

_mount = component(__file__, '<div class="class-bar" role="region" aria-label="Class"></div>')


def draw(message: Mapping[str, object]) -> str | None:
    """Draw or update the bar. Returns what was pressed on it, one of `ACTS`; "moved" is the browser's own: the instructor has gone on."""
    result = _mount(data=[message], key=KEY, on_act_change=lambda: None)
    return sent_now(result, "act", OneOf(ACTS))
