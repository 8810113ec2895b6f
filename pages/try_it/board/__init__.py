"""A picture whose patches are erased and swapped by mouse, touch or keyboard, beside what each model says of it.

    edits = edits_sent(key="board", picture="shapes 0", patch=4)      # before the answers are computed
    patch_board(data, key="board")                                    # with them

`board_data` (dashboard/pictures/answers.py) says what a message holds. The browser paints edits itself and sends them in the words of
`core.evaluation.pictures.parse_edits`, one message on its way at a time; what it gets back says to which edits the answers belong.
"""

from __future__ import annotations

from typing import Any

from core.checks import Fields, OneOf, Text
from dashboard.kit.component import component
from dashboard.kit.messages import sent

MODES = {"erase": ("Erase", "E"), "swap": ("Swap", "S")}
ACTS = {"undo": ("Undo", "U"), "reset": ("Reset", "R")}
TOLD = (
    "Picture cut into patches. Arrow keys choose a patch, the space bar erases it or takes it for a swap, "
    "E and S choose between erasing and swapping, U takes the last edit back, R all of them."
)


def _html() -> str:
    modes = "".join(
        f'<button type="button" data-mode="{mode}" aria-pressed="false" title="Key {pressed}">{title}</button>'
        for mode, (title, pressed) in MODES.items()
    )
    acts = "".join(
        f'<button type="button" data-act="{act}" title="Key {pressed}">{title}</button>' for act, (title, pressed) in ACTS.items()
    )
    return f"""<div class="patch-board">
  <div class="patch-left">
    <canvas class="patch-picture" width="512" height="512" tabindex="0" role="application" aria-label="{TOLD}"></canvas>
    <div class="patch-tools" role="toolbar" aria-label="Edit patches">{modes}{acts}</div>
    <div class="patch-place" aria-live="polite"></div>
    <div class="patch-caption"></div>
  </div>
  <div class="patch-right"><div class="patch-cards" role="list"></div><div class="patch-notes"></div></div>
</div>"""


MOST_LETTERS = 10_000

_mount = component(__file__, _html())


def edits_sent(*, key: str, picture: str, patch: int) -> str | None:
    """The edits that the browser has sent last, if they are of this picture and patch size: a text of which the edits are to be read."""
    found = sent(key, "edits", Fields({"picture": OneOf((picture,)), "patch": OneOf((patch,)), "edits": Text(MOST_LETTERS)}))
    return found and found["edits"]


def patch_board(data: dict[str, Any], *, key: str) -> None:
    """Draw or update the board `key` from `data`."""
    _mount(data=[data], key=key, on_edits_change=lambda: None)
