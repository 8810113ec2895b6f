"""A canvas of 32 x 32 pixels to draw on: pen, colors, eraser, fill, undo, clear; by mouse, touch or keyboard.

    uri = draw_pad(key="pad", start=earlier)

returns the drawing after the last stroke as a PNG in a data URI, "" before the first. It comes from a browser: check it.
"""

from __future__ import annotations

from pathlib import Path

from core.checks import Text
from dashboard.kit.component import component
from dashboard.kit.messages import sent

COLORS = {
    "black": "#1b1f24",
    "grey": "#8a9099",
    "red": "#c7321a",
    "orange": "#e08a1e",
    "yellow": "#f0d442",
    "green": "#2e8b45",
    "blue": "#1f6fb5",
    "sky": "#8fd0f5",
    "brown": "#7a4a24",
    "white": "#ffffff",
}
TOOLS = {"pen": "Pen", "eraser": "Eraser", "fill": "Fill"}
DESCRIPTION = (
    "Drawing of 32 by 32 pixels. Arrow keys move the cursor, the space bar paints, Shift with an arrow key draws a line, "
    "Control Z takes the last stroke back."
)


def _html() -> str:
    tools = "".join(f'<button type="button" data-tool="{name}" aria-pressed="false">{title}</button>' for name, title in TOOLS.items())
    colors = "".join(
        f'<button type="button" data-color="{value}" style="background:{value}" aria-label="{name}" title="{name}" aria-pressed="false">'
        "</button>"
        for name, value in COLORS.items()
    )
    return f"""<div class="draw-pad">
  <div class="draw-sheet"><canvas width="32" height="32" tabindex="0" role="application" aria-label="{DESCRIPTION}"></canvas><i></i></div>
  <div class="draw-tools" role="toolbar" aria-label="Drawing tools">{tools}
    <label>Width <input class="scrub" type="range" min="1" max="8" value="3" aria-label="Width of pen and eraser in pixels"></label>
    <button type="button" data-act="undo">Undo</button><button type="button" data-act="clear">Clear</button>
  </div>
  <div class="draw-colors" role="toolbar" aria-label="Colours">{colors}
    <input type="color" value="#a0568a" aria-label="Another colour" title="another colour">
  </div>
</div>"""


PAD = _html()
STYLE = Path(__file__).with_suffix("").with_name("draw_pad.css").read_text("utf-8")
MOST_LETTERS = 100_000  # of a drawing; one of 32 x 32 pixels has 6,000 at most

_mount = component(__file__, PAD)


def draw_pad(*, key: str, start: str = "") -> str:
    """Draw the pad `key`; it starts with the drawing `start` (an earlier result) where it is not on the page yet.

    Returns the drawing as a data URI: any text may be in it.
    """
    _mount(data=[start], key=key, on_png_change=lambda: None)
    return sent(key, "png", Text(MOST_LETTERS)) or ""
