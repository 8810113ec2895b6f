"""What only a browser can say or do about its camera: that a frame is not lent it, and that a field for files opens a phone's camera."""

from __future__ import annotations

from dashboard.components import component

TOLD = (
    "The browser lends no camera to this frame. Whoever wrote the page around it can add allow=&quot;camera&quot; to the frame, and the "
    "page must come over https. Until then choose another source for the picture, or open the lab in a tab of its own."
)

_lent = component(__file__, f'<p class="camera-told" role="alert" hidden>{TOLD}</p>', script="lent")
_phone = component(__file__, "<span hidden></span>", script="phone")


def say_if_not_lent(*, key: str) -> None:
    """Say so where the browser lends no camera to the frame in which the lab stands."""
    _lent(data=[], key=f"{key}_lent")


def open_phones_camera(*, key: str) -> None:
    """Let the file field `key` open a phone's camera; on other computers it stays a choice of files."""
    _phone(data=[key], key=f"{key}_phone", height=1)
