"""A picture whose patches are dragged about by mouse, touch or keyboard, beside what the shuffle test says of each model.

    order = order_sent(key="board", patch=4, stamp=0)      # before the models are tested
    shuffle_board(data, key="board")                       # with what came out

`board_data` (pages/shuffle/view.py) says what a message holds. The browser moves patches itself, also while one is being dragged, and
sends their order as `core.probes.equivariance.permutations.parse_order` reads it, one message on its way at a time; what it gets back
says of which order it is.
"""

from __future__ import annotations

from typing import Any

from core.checks import Fields, OneOf, Text
from dashboard.kit.component import component
from dashboard.kit.messages import sent

SHUFFLES = {
    "random": ("Random", "R"),
    "reverse": ("Reverse", "V"),
    "shift": ("Shift", "T"),
    "swap": ("Swap two", "S"),
    "blocks": ("Blocks", "B"),
    "rows": ("Rows", "W"),
}
ACTS = {"undo": ("Undo", "U"), "reset": ("Reset", "X")}
TOLD = (
    "Picture cut into patches. Arrow keys choose a patch; the space bar takes it up, arrow keys carry it, the space bar puts it down in "
    "exchange for the patch that lies there, Escape puts it back."
)


def _buttons(table: dict[str, tuple[str, str]], kind: str) -> str:
    return "".join(f'<button type="button" data-{kind}="{n}" title="Key {key}">{title}</button>' for n, (title, key) in table.items())


def _html() -> str:
    return f"""<div class="shuffle-board">
  <div class="shuffle-left">
    <canvas class="shuffle-picture" width="512" height="512" tabindex="0" role="application" aria-label="{TOLD}"></canvas>
    <div class="shuffle-tools" role="toolbar" aria-label="Shuffle patches">{_buttons(SHUFFLES, "shuffle")}{_buttons(ACTS, "act")}</div>
    <div class="shuffle-place" aria-live="polite"></div>
  </div>
  <div class="shuffle-cards" role="list"></div>
</div>"""


MOST_LETTERS = 10_000  # of an order; that of 1,024 patches has 5,000

_mount = component(__file__, _html())


def order_sent(*, key: str, patch: int, stamp: int) -> str | None:
    """The order that the browser has sent last, if it is of this patch size and since `stamp`: a text of which the order is to be read."""
    found = sent(key, "order", Fields({"patch": OneOf((patch,)), "stamp": OneOf((stamp,)), "order": Text(MOST_LETTERS)}))
    return found and found["order"]


def shuffle_board(data: dict[str, Any], *, key: str) -> None:
    """Draw or update the board `key` from `data`."""
    _mount(data=[data], key=key, on_order_change=lambda: None)
