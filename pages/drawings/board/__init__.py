"""The pictures of a set by class. Each comes once; who has nothing of what came before asks for everything.

    arrivals(message, key="board", on_wish=take, on_resync=SENT.take)

`message` is what `pages/drawings/view.py` says. A tap drops a picture at once in the browser; what it wishes is said until a message
confirms it, so that no tap is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.checks import Fields, Many, OneOf, Text
from dashboard.kit.component import component
from dashboard.kit.messages import sent

MOST_WISHES = 100
WISHES = Many(Fields({"id": Text(40), "dropped": OneOf((True, False))}), MOST_WISHES)

HTML = """<div class="arrivals">
  <div class="arrivals-head">
    <p class="arrivals-time" role="timer"></p><p class="arrivals-total"></p>
    <p class="arrivals-dropped" role="status" hidden><span></span> <button type="button" data-act="undo">Undo</button></p>
  </div>
  <div class="arrivals-classes"></div>
</div>"""

_mount = component(__file__, HTML)


def arrivals(message: dict[str, Any], *, key: str, on_wish: Callable[[], None], on_resync: Callable[[], object]) -> None:
    """Draw or update the board `key`."""
    _mount(data=[message], key=key, on_wishes_change=on_wish, on_resync_change=on_resync)


def wishes(key: str) -> list[tuple[str, bool]]:
    """The pictures that the board `key` wishes to be dropped, or put back."""
    return [(wish["id"], wish["dropped"]) for wish in sent(key, "wishes", WISHES) or ()]
