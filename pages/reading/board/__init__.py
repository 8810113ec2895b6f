"""Readers of one picture on one scrub bar: what each has seen after t patches, what it believes, and what would change its mind.

    seen = view_sent(key="board")                                     # where the browser has been, before anything is computed
    reading_board(data, key="board")

`message` (pages/reading/view.py) says what a message holds. All that follows the scrub bar, the pointer or the keys happens in the
browser; once it has come to rest, the place and the two patches of a path are sent, for the page's link.
"""

from __future__ import annotations

from typing import Any

from core.checks import Fields, Many, OneOf, TextOf, Whole
from dashboard.kit.component import component
from dashboard.kit.messages import sent

HTML = """<div class="reading">
  <div class="reading-bar">
    <b class="reading-t"></b>
    <input class="reading-scrub" type="range" min="0" step="1" aria-label="Patches read, t">
    <div class="reading-tools">
      <button type="button" data-act="play" title="Read patch by patch">Play</button>
      <button type="button" data-act="forget" title="Escape on a picture">Clear path</button>
    </div>
  </div>
  <div class="reading-rows" role="list"></div>
  <div class="reading-place" aria-live="polite"></div>
  <div class="reading-notes"></div>
</div>"""

_mount = component(__file__, HTML)


def path_of(of: int) -> Many:
    """The check of a path between two of `of` patches; a link writes it "12-30", and no path as nothing."""
    return Many(Whole(0, of - 1), 2, between="-")


def view_sent(*, key: str, of: int) -> dict[str, Any] | None:
    """What the browser has sent last, if it is of a picture of `of` patches: {"t", "of", "path"}."""
    return sent(key, "view", Fields({"t": Whole(0, of), "of": OneOf((of,)), "path": TextOf(path_of(of))}))


def reading_board(data: dict[str, Any], *, key: str) -> None:
    """Draw or update the board `key` from `data`."""
    _mount(data=[data], key=key, on_view_change=lambda: None)
