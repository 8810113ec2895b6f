"""Published systems on a map, fields by years; the one that is pointed at is told in full, and its cost drawn against the length.

    system_map(map_data(...), key="went_map", on_choice=take)      # `map_data` of pages/went/view.py

Pointing happens in the browser on data that is sent once. A click keeps a system: it is sent back, for the link (`choice_sent`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from core.checks import OneOf
from dashboard.kit.component import component
from dashboard.kit.messages import sent

HTML = """<div class="system-map">
  <div class="system-map-lanes" role="group" aria-label="Systems by field and year: arrow keys move"></div>
  <div class="system-map-key" aria-hidden="true"></div>
  <div class="system-map-below">
    <div class="system-map-card" aria-live="polite"></div>
    <figure class="system-map-costs"><figcaption></figcaption><div></div></figure>
  </div>
</div>"""

_mount = component(__file__, HTML)


def choice_sent(*, key: str, among: Collection[str]) -> str | None:
    """The system that was clicked last, one of `among`; None before a click."""
    return sent(key, "choice", OneOf(among))


def system_map(data: Mapping[str, Any], *, key: str, on_choice: Callable[[], None]) -> None:
    """Draw or update the map `key`."""
    _mount(data=[data], key=key, on_choice_change=on_choice)
