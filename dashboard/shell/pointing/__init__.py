"""Pointing at what an experiment changes: the page scrolls there, and it lights up once.

An address may name it, too, by the key of its container: `memory?runs=recorded-shapes-gru#memory_runs_row`.
"""

from __future__ import annotations

from dashboard.kit.component import component
from dashboard.shell.choices import Kept

_mount = component(__file__, '<div class="pointing" hidden></div>')
ASKED = Kept("pointing", "asked", first=(0, ""))  # how often somebody has asked, and for what at last


def point_at(key: str) -> None:
    """Let the browser show the container `key` as soon as the page is drawn."""
    ASKED.keep((ASKED.value[0] + 1, key))


def pointing() -> None:
    """Draw what shows it: nothing itself."""
    _mount(data=[list(ASKED.value)], key="pointing", height=1)
