"""A photograph: from the camera where the browser lends it, else as a file, which a phone's own camera can make.

Two scripts know what only a browser can say or do: that a frame is not lent the camera, and that a field for files opens a phone's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from dashboard.kit.component import component
from dashboard.shell import show
from dashboard.shell.link import page_link
from dashboard.shell.visitor import loopback

NOT_LENT = (
    "Browsers lend their camera to pages over https and to this computer's own pages alone, and this page came over http. Choose a "
    "photograph in its place: on a phone the button opens the camera."
)
HELP = "It is squeezed to a square, as the training images are, and kept in the memory of this session only."
NOT_LENT_TO_FRAME = (
    "The browser lends no camera to this frame. Whoever wrote the page around it can add allow=&quot;camera&quot; to the frame, and the "
    "page must come over https. Until then choose another source for the picture, or open the lab in a tab of its own."
)

_lent = component(__file__, f'<p class="camera-told" role="alert" hidden>{NOT_LENT_TO_FRAME}</p>', script="lent")
_phone = component(__file__, "<span hidden></span>", script="phone")


def say_if_not_lent(*, key: str) -> None:
    """Say so where the browser lends no camera to the frame in which the lab stands."""
    _lent(data=[], key=f"{key}_lent")


def open_phones_camera(*, key: str) -> None:
    """Let the file field `key` open a phone's camera; on other computers it stays a choice of files."""
    _phone(data=[key], key=f"{key}_phone", height=1)


def lends_camera(address: str) -> bool:
    """Whether browsers lend their camera to a page at this address; without a host nobody looks at it."""
    here = urlsplit(address)
    name = (here.hostname or "").rstrip(".")
    return here.scheme != "http" or loopback(name) or name.endswith(".localhost")


def photograph(*, key: str, help: str = HELP, on_change: Callable[..., None] | None = None, args: Sequence[Any] = ()) -> Any:
    """The file of a photograph, None while there is none. The widget `key` has it, too; its `help` says what becomes of a photograph."""
    named = {"key": key, "help": help, "on_change": on_change, "args": tuple(args)}
    if lends_camera(page_link({})):
        say_if_not_lent(key=key)
        return st.camera_input("A photograph", **named)
    show.info(NOT_LENT, icon=":material/no_photography:")
    taken = st.file_uploader("A photograph", type="image", **named)
    open_phones_camera(key=key)
    return taken
