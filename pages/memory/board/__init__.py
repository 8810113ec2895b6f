"""Which inputs moved an output: a picture for each run with its patches lit, and all outputs by all inputs as a map.

    influence_board(data, key="memory_influence")      # pages/memory/view.py says what a message holds

All influences are sent once. What follows the pointer, a finger or the arrow keys happens in the browser, and so does the figure
to take along; nothing goes back.
"""

from __future__ import annotations

from typing import Any

from dashboard.kit.component import component

HTML = """<div class="influence">
  <div class="influence-top">
    <label class="influence-bar"><span class="influence-s"></span>
      <input class="scrub" type="range" min="1" step="1" aria-label="Output after patch s"></label>
    <button type="button" title="Pictures and maps as they are, with what they show">PNG</button></div>
  <div class="influence-cards" role="list"></div>
  <div class="influence-told" aria-live="polite"></div>
</div>"""

_mount = component(__file__, HTML)


def influence_board(data: dict[str, Any], *, key: str) -> None:
    """Draw or update the board `key`."""
    _mount(data=[data], key=key)
