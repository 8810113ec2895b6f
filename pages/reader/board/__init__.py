"""One network that reads one picture on one scrub bar: what has been read, what it believes, its state and its gates, and the state's path.

    seen = view_sent(key="orders")                 # where the browser has been, before anything is computed
    reader_board(data, key="board")                # in the fragment of the controls: the order that is looked at
    reader_orders(others, key="orders")            # in the fragment around it: all other orders, once the board has come to rest

`message` and `others` (pages/reader/view.py) say what a message holds. All that follows the scrub bar, the buttons, the pointer or the
keys happens in the browser; once it has come to rest, order and place are sent, for the page's link.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from core.checks import Fields, OneOf, Whole
from dashboard.kit.component import component
from dashboard.kit.messages import sent

HTML = """<div class="reader">
  <div class="reader-top">
    <div class="reader-orders" role="radiogroup" aria-label="Order of reading"></div>
    <div class="reader-told" aria-live="polite"></div>
  </div>
  <div class="reader-bar">
    <b class="reader-t"></b>
    <input class="reader-scrub" type="range" min="0" step="1" aria-label="Patches read, t">
    <div class="reader-tools">
      <button type="button" data-act="back" aria-label="One patch back" title="One patch back: arrow left">‹</button>
      <button type="button" data-act="play" title="Read patch by patch: space bar on the scrub bar">Play</button>
      <button type="button" data-act="on" aria-label="One patch on" title="One patch on: arrow right">›</button>
    </div>
  </div>
  <div class="reader-body">
    <div class="reader-left">
      <canvas class="reader-picture" width="256" height="256" role="img" aria-label="The picture"></canvas>
      <canvas class="reader-path" data-part="path" role="img" aria-label="The path through the picture"></canvas>
      <div class="reader-axes"></div>
    </div>
    <div class="reader-rows">
      <div class="reader-row" data-part="plot">
        <div class="reader-plot" role="img" aria-label="Belief by patches read"></div>
        <div class="reader-bars" role="img" aria-label="Belief in each class"></div>
      </div>
      <div class="reader-strips"></div>
      <div class="reader-row"><div class="reader-ticks" aria-hidden="true"></div><div class="reader-legend">t, patches read</div></div>
    </div>
  </div>
  <p class="reader-knew" aria-live="polite"></p>
  <p class="reader-words"></p>
  <div class="reader-foot"><div class="reader-notes"></div><button type="button" data-act="svg">Figure as SVG</button></div>
</div>"""

_mount = component(__file__, HTML)


_mount_orders = component(__file__, '<div class="reader-others" hidden></div>', script="orders")


def reader_board(data: dict[str, Any], *, key: str) -> None:
    """Draw or update the board `key` from `data`."""
    _mount(data=[data], key=key)


def reader_orders(data: dict[str, Any], *, key: str) -> None:
    """Hand the board of the page its other orders; and take what it sends, so that a move of its scrub bar runs only what is around it."""
    _mount_orders(data=[data], key=key, on_view_change=lambda: None)


def view_sent(*, key: str, orders: Collection[str], of: int) -> dict[str, Any] | None:
    """What the browser has sent last by the `reader_orders` of that key, if it is of a picture of `of` patches in one of these orders:
    {"order", "t", "of"}."""
    return sent(key, "view", Fields({"order": OneOf(orders), "t": Whole(0, of), "of": OneOf((of,))}))
