"""Masks as matrices side by side, and beside each row how far its output moves when the token of the column that is pointed at is replaced.

    mask_board(board_data(...), key="masks_board")      # `board_data` of pages/masks/view.py

What follows the mouse, a finger or the arrow keys happens in the browser on data that is sent once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.kit.component import component

HTML = """<div class="mask-board">
  <div class="mask-board-masks" tabindex="0" role="application"></div>
  <div class="mask-board-told" aria-live="polite"><b></b><span></span></div>
</div>"""

_mount = component(__file__, HTML)


def mask_board(data: Mapping[str, Any], *, key: str) -> None:
    """Draw or update the board `key`."""
    _mount(data=[data], key=key)
