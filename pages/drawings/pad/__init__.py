"""The pad of `dashboard.pictures.draw_pad` with the classes of a set above it, and a button that sends the sheet and gives an empty one.

    sending_pad(message, key="pad", on_send=take)
    for sheet in outbox("pad"): ...            # in `take`: {"number", "label", "png"}

A sheet stays in the browser's outbox until a message's "done" is its number: no drawing is lost with a connection. Without "classes"
the pad is there for practice, and sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.checks import Fields, Many, Text, Whole
from core.data.made_sets import MOST_NAME
from dashboard.kit.component import component
from dashboard.kit.messages import sent
from dashboard.pictures.draw_pad import MOST_LETTERS, PAD, STYLE

MOST_SHEETS = 10  # in an outbox
OUTBOX = Many(Fields({"number": Whole(1), "label": Text(MOST_NAME), "png": Text(MOST_LETTERS)}), MOST_SHEETS)

HTML = f"""<div class="sending">
  <p class="sending-told" role="status"></p>
  <div class="sending-classes" role="radiogroup" aria-label="What you draw"></div>
  {PAD}
  <div class="sending-foot"><button type="button" class="sending-send">Send</button><p class="sending-said" aria-live="polite"></p></div>
</div>"""

_mount = component(__file__, HTML, under=STYLE)


def sending_pad(message: Mapping[str, Any], *, key: str, on_send: Callable[[], None]) -> None:
    """Draw or update the pad `key`."""
    _mount(data=[message], key=key, on_outbox_change=on_send)


def outbox(key: str) -> tuple[dict[str, Any], ...]:
    """The sheets that the pad `key` has sent and has not been answered for, as far as it knew."""
    return sent(key, "outbox", OUTBOX) or ()
