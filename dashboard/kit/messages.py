"""What a browser has sent: anybody may send anything. All messages of components are read here, and nowhere else.

chosen = sent("went_map", "choice", OneOf(SYSTEMS))      # the component's key, the name under which its script sends, what may come
pressed = sent_now(_mount(...), "open", RUN_ID)          # of a press: the script triggers it, and nothing stays
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.checks import Check


def sent(key: str, name: str, check: Check) -> Any:
    """What the component `key` has sent last as `name`, if it passes `check`; None for everything else, as if nothing had been sent.

    It stays until the script sends another one, and can be read before the component is drawn.
    """
    message = st.session_state.get(key)
    value = message.get(name) if isinstance(message, Mapping) else None
    return None if value is None else check(value)


def sent_now(result: Any, name: str, check: Check) -> Any:
    """What the script of the component whose call has returned `result` has triggered, for this very run, as `name`; None for nothing, and
    for everything that does not pass `check`. It comes with its call alone: a press may come before the session knows the component.
    """
    value = getattr(result, name, None)
    return None if value is None else check(value)


def drawn(key: str) -> bool:
    """Whether the component `key` stands on the page of this session: what it was sent is in the browser already."""
    return key in st.session_state
