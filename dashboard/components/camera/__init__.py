"""What only a browser can say or do about its camera: that a frame is not lent it, and that a field for files opens a phone's camera."""

from __future__ import annotations

import streamlit as st

from dashboard.components import loader

TOLD = (
    "The browser lends no camera to this frame. Whoever wrote the page around it can add allow=&quot;camera&quot; to the frame, and the "
    "page must come over https. Until then choose another source for the picture, or open the lab in a tab of its own."
)

_lent = st.components.v2.component(
    "sequence_lab_lent", html=f'<p class="camera-told" role="alert" hidden>{TOLD}</p>', js=loader("camera/lent.js"), isolate_styles=False
)
_phone = st.components.v2.component("sequence_lab_phone", html="<span hidden></span>", js=loader("camera/phone.js"), isolate_styles=False)


def say_if_not_lent(*, key: str) -> None:
    """Say so where the browser lends no camera to the frame in which the lab stands."""
    _lent(data=[], key=f"{key}_lent")


def open_phones_camera(*, key: str) -> None:
    """Let the file field `key` open a phone's camera; on other computers it stays a choice of files."""
    _phone(data=[key], key=f"{key}_phone", height=1)
