"""Where runs train: the processes, for whoever runs the lab."""

from __future__ import annotations

import time

import streamlit as st

from core import memory
from core.training.engines.contract import WorkerLine
from dashboard.kit.wording import Words, marked
from dashboard.shell import services, show, visitor


def workers_panel() -> None:
    """A line a process that trains, for the machine's own user, and in a class for the instructor."""
    if visitor.stranger() or not (lines := services.manager().workers()):
        return
    with st.expander("Where runs train"):
        for line in lines:
            show.markdown(_told(line))


def _told(line: WorkerLine) -> Words:
    """What a process trains, and with what."""
    waiting = len(line.runs) - len(line.trains)
    parts = [
        marked("Process **{}** on {}", line.pid, line.host),
        marked("trains {}", ", ".join(line.trains) or "nothing now"),
        *([marked("{} waiting or paused", waiting)] if waiting else []),
        marked("{} of memory", memory.told(line.memory)),
        *(marked("{}", device) for device in line.devices),
        marked("since {}", time.strftime("%d %b %H:%M", time.localtime(line.since))),
    ]
    return Words(" · ").join(parts)
