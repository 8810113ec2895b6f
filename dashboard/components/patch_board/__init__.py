"""A picture whose patches are erased and swapped by mouse, touch or keyboard, beside what each model says of it.

    edits = edits_sent(key="board", picture="shapes 0", patch=4)      # before the answers are computed
    patch_board(data, key="board")                                    # with them

`board_data` (dashboard/answers.py) says what a message holds. The browser paints edits itself and sends them in the words of
`core.evaluation.pictures.parse_edits`, one message on its way at a time; what it gets back says to which edits the answers belong.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.components import loader

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


_mount = st.components.v2.component(
    "sequence_lab_patch_board",
    html=_html(),
    css=Path(__file__).with_name("patch_board.css").read_text("utf-8"),
    js=loader("patch_board/patch_board.js"),
    isolate_styles=False,  # so that a test, and a page's style sheet, can reach it
)


def edits_sent(*, key: str, picture: str, patch: int) -> str | None:
    """The edits that the browser has sent last, if they are of this picture and patch size. They come from a browser: check them."""
    sent = st.session_state.get(key, {}).get("edits")
    known = isinstance(sent, dict) and sent.get("picture") == picture and sent.get("patch") == patch
    return sent["edits"] if known and isinstance(sent.get("edits"), str) else None


def patch_board(data: dict[str, Any], *, key: str) -> None:
    """Draw or update the board `key` from `data`."""
    _mount(data=[data], key=key, on_edits_change=lambda: None)
