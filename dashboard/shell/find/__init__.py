"""The field that finds pages, claims, experiments, hyperparameters, terms, tasks and lessons. A button in the bar opens it, Ctrl-K and "/".

The browser gets all entries at the first opening (`send_entries`) and ranks them by itself, as `core.guide.find` does: only what has been
chosen comes here. The lab's name in the bar leads Home in the same way.
"""

from __future__ import annotations

from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response

from core.checks import Whole
from dashboard.kit.component import component
from dashboard.kit.messages import sent_now
from dashboard.navigation import PAGES
from dashboard.shell import beside, state
from dashboard.shell.choices import Kept
from dashboard.shell.find.entries import Entry, as_json, entries, home
from dashboard.shell.pointing import point_at
from dashboard.shell.prediction import skip

ENTRIES = "/find.json"
MORE = Kept("set_up", "more")  # which group of controls of a run is open; None: none

_mount = component(__file__, '<div class="find"></div>')


def finder(places: dict[str, Any]) -> None:
    """Draw the button, and go where somebody has chosen to go. `places` are Streamlit's pages by address, those for the visitor."""
    hidden = [page.url_path for page in PAGES if page.url_path not in places]
    result = _mount(data=[{"hidden": hidden, "home": home()}], key="find", on_go_change=lambda: None)
    chosen = sent_now(result, "go", Whole(0, len(entries()) - 1))
    if chosen is not None and entries()[chosen].page in places:
        _go(entries()[chosen], places)


def _go(entry: Entry, places: dict[str, Any]) -> None:
    """Open the page of an entry, with what it sets up."""
    if entry.lesson:
        beside.put(entry.lesson, 1)
    if entry.folded:
        MORE.keep(entry.folded)
    if entry.seen:
        point_at(entry.seen)
    if entry.query or entry.lesson:
        skip(next(page for page in PAGES if page.url_path == entry.page))
        state.go_to(places[entry.page], entry.query)
    else:  # as by the menu: nothing is set up anew
        st.switch_page(places[entry.page])


def send_entries(request: Request) -> Response:
    """GET /find.json: all entries, which a browser asks for once a page."""
    return Response(as_json(), media_type="application/json", headers={"Cache-Control": "no-cache"})
