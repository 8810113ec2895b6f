"""Which inputs moved an output: a picture for each run with its patches lit, and all outputs by all inputs as a map.

    influence_board(data, key="memory_influence")      # dashboard/memory_words.py says what a message holds

All influences are sent once. What follows the pointer, a finger or the arrow keys happens in the browser, and so does the figure
to take along; nothing goes back.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.components import loader

HTML = """<div class="influence">
  <div class="influence-top">
    <label class="influence-bar"><span class="influence-s"></span>
      <input type="range" min="1" step="1" aria-label="Output after patch s"></label>
    <button type="button" title="Pictures and maps as they are, with what they show">PNG</button></div>
  <div class="influence-cards" role="list"></div>
  <div class="influence-told" aria-live="polite"></div>
</div>"""

_mount = st.components.v2.component(
    "sequence_lab_influence_board",
    html=HTML,
    css=Path(__file__).with_name("influence_board.css").read_text("utf-8"),
    js=loader("influence_board/influence_board.js"),
    isolate_styles=False,  # the accents are the page's
)


def influence_board(data: dict[str, Any], *, key: str) -> None:
    """Draw or update the board `key`."""
    _mount(data=[data], key=key)
