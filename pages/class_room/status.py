"""How class and server are: who is here with what lag, runs, queue, processor, memory, devices, event loop, and what went wrong."""

from __future__ import annotations

import math
from collections import Counter

import psutil
import streamlit as st

from core import memory
from core.classroom.rights import Act
from core.training.history import ACTIVE
from core.troubles import TROUBLES
from dashboard.navigation import PAGES
from dashboard.shell import services, show, visitor
from dashboard.shell.ailment import ailment
from dashboard.shell.choices import Choice
from dashboard.shell.page import fragment
from dashboard.shell.words import STATUS_WORDS
from dashboard.web.health import LATENESS, WELL
from pages.class_room.status_view import Line, figures_html, people_html, troubles_html

SECONDS = 2.0  # between two looks
NAMES = Choice("class", "status_names", (False, True), first=False, in_link=False)
TITLES = {page.url_path: page.title for page in PAGES} | {"": next(page.title for page in PAGES if page.default)}
AILMENTS = {
    "database": "The database does not answer.",
    "training": "The training process has ended, and could not be started again.",
    "disk": "The disk is full.",
}


def status_panel() -> None:
    """The status, folded: while it is open it looks again every two seconds."""
    if not visitor.may(Act.STATUS):
        return
    with st.expander("Status", key="class_status", icon=":material/monitor_heart:", on_change="rerun") as box:
        if box.open:
            if visitor.may(Act.KNOW_NAMES):
                NAMES.toggle("Names in the status", help="The names behind the pseudonyms. Not while the projector shows this page.")
            fragment(_status, run_every=SECONDS)()


def _status() -> None:
    visitor.require(Act.STATUS)
    if (what := ailment()) != WELL:
        show.error(AILMENTS[what])
    st.html(figures_html(_figures()))  # each part is an element of its own: a browser draws anew what has changed
    st.html(people_html(_people()))
    st.html(troubles_html(TROUBLES.lately()))


def _figures() -> dict[str, str]:
    """What is told of the server, each in a few words; whole numbers, so that little of it changes."""
    lab = services.manager()
    runs = Counter(run.status for run in lab.runs() if run.status in ACTIVE)
    lines = lab.workers()
    devices = dict.fromkeys(device for line in lines for device in line.devices)
    return {
        "here now": f"{len(services.classroom().presence.here())}",
        "runs": ", ".join(f"{count} {STATUS_WORDS[status]}" for status, count in runs.items()) or "none",
        "queue": f"{len(lab.engine.places())}",
        "processors": f"{psutil.cpu_percent():.0f} % of {psutil.cpu_count()} cores",  # since the last look: it does not wait
        "memory of the server": memory.told(memory.taken()),
        "memory of training": memory.told(sum(line.memory for line in lines)) if lines else "nothing trains",
        "trains on": ", ".join(devices) or "–",
        "memory free": memory.told(memory.free_memory()),
        "event loop": f"late by {1000 * LATENESS.worst:.0f} ms at worst, {1000 * LATENESS.p95:.0f} ms (95 %) in the last minute",
    }


def _people() -> list[Line]:
    """Who is here, and then who is not, each with the page that was drawn last."""
    room, named = services.classroom(), NAMES.value and visitor.may(Act.KNOW_NAMES)
    here = room.presence.here()
    runs = Counter(run.owner for run in services.manager().runs() if run.status in ACTIVE)
    found = []
    for member in room.people.all():
        tab = here.get(member.person)
        found.append(
            Line(
                who=member.pseudonym,
                name=member.name if named else "",
                page=TITLES.get(tab.page, "") if tab else "",
                lag=tab.lag if tab else math.nan,
                here=tab is not None,
                runs=runs[member.person],
            )
        )
    return sorted(found, key=lambda line: not line.here)
