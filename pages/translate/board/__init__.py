"""An encoder-decoder that writes, one token at a time: input, memory, output, what reads what, what may come next, and the beam's tree.

    seen = view_sent(key="board")                                     # where the browser has been, before anything is computed
    translate_board(data, key="board")

`board_message` (pages/translate/view.py) says what a message holds. Every step is sent at once: play, step, back, layers, heads and
the pointer stay in the browser; once they have come to rest, where they are is sent, for the page's link.
"""

from __future__ import annotations

from typing import Any

from core.checks import Fields, OneOf, Whole
from dashboard.kit.component import component
from dashboard.kit.messages import sent

HTML = """<div class="translate">
  <div class="translate-bar-row">
    <div class="translate-t"></div>
    <input class="translate-scrub" type="range" min="0" step="1" aria-label="Step: tokens written so far">
    <div class="translate-tools">
      <button type="button" data-act="back" aria-label="One token back" title="One token back: arrow left on the scrub bar">‹</button>
      <button type="button" data-act="play" title="Write token by token: space bar on the scrub bar">Play</button>
      <button type="button" data-act="on" aria-label="One token on" title="One token on: arrow right on the scrub bar">›</button>
    </div>
  </div>
  <div class="translate-told" aria-live="polite"></div>
  <div class="translate-wires"></div>
  <div class="translate-below">
    <div class="translate-choices">
      <div class="translate-parts" role="group" aria-label="What is shown below"></div>
      <div class="translate-layers" role="group" aria-label="Layer"></div>
      <div class="translate-heads" role="group" aria-label="Head"></div>
    </div>
    <div><div class="translate-map"></div><div class="translate-tree"></div></div>
    <div><div class="translate-side"></div><div class="translate-bars"></div><div class="translate-end"></div></div>
    <div class="translate-pointed" aria-live="polite"></div>
    <div class="translate-scale"></div>
  </div>
</div>"""

PARTS = ("cross", "decoder", "encoder", "beam")
MOST = 10_000  # steps, layers or heads that a view can name

_mount = component(__file__, HTML)


def view_sent(*, key: str) -> dict[str, Any] | None:
    """What the browser has sent last: {"t", "part", "layer", "head"}, layers and heads from 0, head -1 for their mean."""
    return sent(key, "view", Fields({"t": Whole(0, MOST), "layer": Whole(0, MOST), "head": Whole(-1, MOST), "part": OneOf((*PARTS, ""))}))


def translate_board(data: dict[str, Any], *, key: str) -> None:
    """Draw or update the board `key` from `data`."""
    _mount(data=[data], key=key, on_view_change=lambda: None)
