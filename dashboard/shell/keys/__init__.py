"""Keys for lecturing: each presses a button of the page, unless one is typing. Streamlit's own shortcuts know no punctuation."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.kit.component import component

_mount = component(__file__, "<span hidden></span>")


def keys(bindings: Mapping[str, str], *, key: str = "keys") -> None:
    """Let each key (as in JavaScript's `event.key`) click the button whose widget key is given."""
    _mount(data=[{pressed: f"st-key-{button}" for pressed, button in bindings.items()}], key=key, height=1)
