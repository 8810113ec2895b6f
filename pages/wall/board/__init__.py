"""The wall as a figure: runs as points over two axes, beside them a small curve each, and the same as a table.

    run = wall_board(board_message(packed, ...), key="wall_board")     # `board_message` of pages/wall/view.py

Points move to where the next message has them. What is pointed at is told without asking the server; a run that is tapped is sent once.
"""

from __future__ import annotations

from dashboard.kit.component import component
from dashboard.kit.messages import sent_now
from dashboard.shell import state

HTML = """<div class="wall-board">
  <div class="wall-board-head"><b class="wall-board-name"></b><span class="wall-board-clock" role="timer"></span>
    <span class="wall-board-best" aria-live="polite"></span><span class="wall-board-key"></span></div>
  <div class="wall-board-two">
    <div class="wall-board-plot"></div>
    <div class="wall-board-strip" role="group" aria-label="Validation accuracy of each run by epoch"></div>
  </div>
  <p class="wall-board-said" aria-live="polite"></p>
  <details class="wall-board-table"><summary>The same as a table</summary><div class="wall-board-rows"></div></details>
</div>"""

_mount = component(__file__, HTML)


def wall_board(message: bytes, *, key: str) -> str | None:
    """Draw or update the wall `key`. Returns the id of the run that has just been tapped; anybody may send any."""
    return sent_now(_mount(data=message, key=key, on_open_change=lambda: None), "open", state.RUN_ID)
