"""The board on which a cell of a matrix is chosen or a curve is drawn, with a finger, a mouse or keys; at the reveal it shows all answers.

    answer_board(board_message(...), key="vote_board_3_1")      # `board_message` of pages/vote/view.py
    answer = answer_sent(answering, key="vote_board_3_1")       # what was drawn last; None before

What is drawn is sent when the finger rests. It is nobody's answer until its button is pressed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.classroom.questions.answers import Answering
from dashboard.kit.component import component
from dashboard.kit.messages import sent

HTML = """<div class="vote-board">
  <div class="vote-board-area"></div>
  <p class="vote-board-words" aria-live="polite"></p>
</div>"""

_mount = component(__file__, HTML)


def answer_sent(answering: Answering, *, key: str) -> Any:
    """What was drawn on the board last, if it is an answer."""
    return sent(key, "answer", answering.check)


def answer_board(message: Mapping[str, Any], *, key: str) -> None:
    """Draw or update the board `key`."""
    _mount(data=[message], key=key, on_answer_change=lambda: None)
