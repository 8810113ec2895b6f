"""Published systems on a map, fields by years; the one that is pointed at is told in full, and its cost drawn against the length.

    system_map(map_data(...), key="went_map", on_choice=take)      # `map_data` of dashboard/went_map.py

Pointing happens in the browser on data that is sent once. A click keeps a system: it is sent back, for the link (`choice_sent`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.components import loader

HTML = """<div class="system-map">
  <div class="system-map-lanes" role="group" aria-label="Systems by field and year: arrow keys move"></div>
  <div class="system-map-key" aria-hidden="true"></div>
  <div class="system-map-below">
    <div class="system-map-card" aria-live="polite"></div>
    <figure class="system-map-costs"><figcaption></figcaption><div></div></figure>
  </div>
</div>"""

_mount = st.components.v2.component(
    "sequence_lab_system_map",
    html=HTML,
    css=Path(__file__).with_name("system_map.css").read_text("utf-8"),
    js=loader("system_map/system_map.js"),
    isolate_styles=False,  # the accents are the page's
)


def choice_sent(*, key: str) -> str:
    """The system that was clicked last; it comes from a browser: check it."""
    sent = st.session_state.get(key, {}).get("choice")
    return sent if isinstance(sent, str) else ""


def system_map(data: Mapping[str, Any], *, key: str, on_choice: Callable[[], None]) -> None:
    """Draw or update the map `key`."""
    _mount(data=[data], key=key, on_choice_change=on_choice)
