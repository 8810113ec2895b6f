"""A picture, and what the token under the pointer attends to in every layer and head of a model, at once.

    pin = attention_maps(board_data(...), key="vit_board")      # pages/vit/view.py says what a message holds

All weights are sent once. What follows the mouse, a finger or the arrow keys happens in the browser; only what is chosen by a click (or by
Enter) goes back, for the link.
"""

from __future__ import annotations

from typing import Any

from core.checks import Many, Whole
from dashboard.kit.component import component
from dashboard.kit.messages import sent

TOLD = (
    "Picture cut into patches. Arrow keys choose the patch whose attention is shown, C the class token, Enter keeps the choice in the link."
)

HTML = f"""<div class="attention">
  <div class="attention-views">
    <figure class="attention-view"><figcaption class="attention-epoch"></figcaption>
      <canvas class="attention-picture" width="512" height="512" tabindex="0" role="application" aria-label="{TOLD}"></canvas>
    </figure>
    <figure class="attention-view attention-beside" hidden><figcaption class="attention-other"></figcaption>
      <canvas class="attention-second" width="512" height="512" role="img" aria-label="The same map after another epoch"></canvas>
    </figure>
    <div class="attention-side">
      <div class="attention-tools">
        <button type="button" class="attention-class" title="Key C" aria-pressed="false">Class token</button>
        <label><input type="checkbox" class="attention-plain"> picture alone</label>
      </div>
      <div class="attention-caption"></div>
      <div class="attention-answers"></div>
      <div class="attention-legend">
        <div class="attention-ramp"><span>0</span><i></i><span class="attention-top"></span></div>
        <div class="attention-scale"></div>
      </div>
    </div>
  </div>
  <div class="attention-maps">
    <div class="attention-scroll"><div class="attention-grid" role="radiogroup" aria-label="Layers and heads"></div></div>
    <div class="attention-told" aria-live="polite"></div>
  </div>
</div>"""

_mount = component(__file__, HTML)


def pin_sent(*, key: str) -> tuple[int, int, int] | None:
    """What the browser has said last that it looks at, (token, layer, column); None if nothing. It may be of another run: check it."""
    return sent(key, "pin", Many(Whole(0), 3, least=3))


def attention_maps(data: dict[str, Any], *, key: str) -> None:
    """Draw or update the explorer `key` from `data`."""
    _mount(data=[data], key=key, on_pin_change=lambda: None)
