"""What the boards of the page Drawings are sent. Pure: no Streamlit."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import numpy as np

from core.classroom.drawing_files import as_png
from core.classroom.drawings import Drawings
from core.data.shapes import CLASSES, PARTS, draw

EXAMPLES = 60  # drawn shapes that are shown before anything is collected


def as_uri(png: bytes) -> str:
    """A PNG as an address that holds all of it."""
    return f"data:image/png;base64,{b64encode(png).decode('ascii')}"


def arrived(drawings: Drawings, name: str, since: int, called: Callable[[str], str]) -> dict[str, Any]:
    """The message that brings the board of a set, which has what had changed up to the version `since`, up to now.

    "pictures" are [id, class, who, picture] of what came or came back, "gone" the ids of what was dropped. With `since` 0 it is all.
    """
    version = drawings.version  # before the rest: what comes meanwhile is sent again
    changed = drawings.recent(name, since)
    there = [(drawn, png) for drawn in changed if not drawn.dropped and (png := drawings.picture(drawn))]
    shown = {drawn.id for drawn, _ in there}
    return {
        "set": name,
        "classes": drawings.classes(name),
        "since": since,
        "version": version,
        "left": drawings.seconds_left if (opened := drawings.now) and opened.name == name else 0,
        "pictures": [[drawn.id, drawn.label, called(drawn.person), as_uri(png)] for drawn, png in there],
        "gone": [drawn.id for drawn in changed if drawn.id not in shown],
    }


def example() -> dict[str, Any]:
    """A board of what the lab itself can draw, for a lab in which nobody has drawn yet."""
    images, labels = draw(np.arange(EXAMPLES) + PARTS["val"].start)
    pictures = [[str(k), CLASSES[label], "", as_uri(as_png(image))] for k, (image, label) in enumerate(zip(images, labels, strict=True))]
    return {"set": "", "classes": [*CLASSES], "since": 0, "version": 0, "left": 0, "pictures": pictures, "gone": []}
