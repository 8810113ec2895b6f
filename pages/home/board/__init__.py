"""The overview of the lab, which moves with recorded numbers, and the map of the unit. Each part of both is a door to its page.

opened = overview_board(board_message(...), key="home_board")      # the address of the page whose door was opened, or None
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from core.checks import OneOf
from dashboard.kit.component import component
from dashboard.kit.messages import sent_now
from dashboard.navigation import PAGES
from pages.home.view import map_html

ADDRESSES = tuple(page.url_path for page in PAGES)
PARTS = ("image", "patches", "tokens", "inside", "answer")
FIGURES = "".join(
    f'<figure class="overview-part"><figcaption><a class="overview-door"></a><span class="overview-words"></span></figcaption>'
    f'<div class="overview-{part}"></div></figure>'
    for part in PARTS
)
HTML = f"""<div class="overview">
  <div class="overview-parts">{FIGURES}</div>
  <div class="overview-play">
    <button type="button" class="overview-button">Play</button>
    <input class="overview-bar" type="range" min="0" step="1" aria-label="Patches that have been read">
    <span class="overview-count"></span>
  </div>
  <p class="overview-result"></p>
</div>"""

_overview = component(__file__, HTML)


@cache
def _map() -> Any:
    """The map, whose small pictures take half a second when they are drawn first: not before the overview is in sight."""
    return component(__file__, map_html(), script="map")


def overview_board(message: Mapping[str, Any], *, key: str) -> str | None:
    """Draw or update the overview. Returns the address of the page whose door has just been opened."""
    return sent_now(_overview(data=[message], key=key, on_open_change=lambda: None), "open", OneOf(ADDRESSES))


def map_board(hidden: list[str], *, key: str) -> str | None:
    """Draw the map, without the pages at some addresses. Returns as `overview_board` does."""
    return sent_now(_map()(data=[{"hidden": hidden}], key=key, on_open_change=lambda: None), "open", OneOf(ADDRESSES))
