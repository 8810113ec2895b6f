"""The confusion matrices of all epochs of a run, sent once: the slider, the play button and hovering are the browser's alone.

    looked = confusion_board(data, key="evaluate_matrix")

A person's choices (epoch, normalisation, a cell or a class) come back as the component's state, and rerun the page or the fragment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.checks import Fields, Many, OneOf, Whole
from dashboard.kit.component import component
from dashboard.kit.messages import sent
from pages.evaluate.view import NORMS

HTML = """<div class="confusion-board">
  <div class="confusion-controls">
    <button class="confusion-play" type="button" aria-label="Play the epochs">▶</button>
    <label class="confusion-epoch"><span></span><input type="range" min="0" step="1"></label>
    <div class="confusion-norms" role="radiogroup" aria-label="Numbers"></div>
  </div>
  <figure class="lab-confusion"><figcaption></figcaption><div class="lab-scroll"></div><div class="lab-scale"></div></figure>
  <p class="confusion-told" aria-live="polite"></p>
</div>"""

_mount = component(__file__, HTML)


@dataclass(frozen=True)
class MatrixLook:
    """What the person on the page looks at: an epoch from 0, a normalisation, and a cell, a class or neither."""

    epoch: int
    norm: str
    cell: tuple[int, int] | None = None
    row: int | None = None


def confusion_board(data: dict[str, Any], *, key: str) -> MatrixLook:
    """Draw the matrices of `data` (`board_data` of pages/evaluate/view.py), and return what the person looks at.

    What was looked at in another run or split (`data["what"]`) does not count: the board then starts at `data["epoch"]`.
    """
    _mount(data=[data], key=key, on_look_change=lambda: None)
    k = Whole(0, len(data["classes"]) - 1)
    checks = {"what": OneOf((data["what"],)), "epoch": OneOf(data["epochs"]), "norm": OneOf(NORMS), "cell": Many(k, 2, least=2), "row": k}
    look = sent(key, "look", Fields(checks, free=("cell", "row")))
    if look is None or (look["cell"] is None and look["row"] is None):
        look = {**data, "epoch": data["epochs"][data["epoch"]]}
    return MatrixLook(look["epoch"] - 1, look["norm"], look["cell"] and tuple(look["cell"]), look["row"])
