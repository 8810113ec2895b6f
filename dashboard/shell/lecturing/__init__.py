"""Lecturing: a page as a class sees it on a projector (`P`, or `?present=1` in the address), and the keys that work on every page.

While a page is presented its type is larger, its claim is the title, its controls are hidden until they are asked for, and a ring
follows the pointer. All of that happens in the browser; only the way to another page comes here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.checks import Whole
from dashboard.kit.component import component
from dashboard.kit.messages import sent_now
from dashboard.navigation import Page, sections
from dashboard.shell.foot import FIRST, ordered

MOST = 9  # pages that have a digit

_mount = component(__file__, '<div class="lecturing"></div>')


def lecturing(page: Page, places: Mapping[str, Any]) -> None:
    """Draw the buttons that present the page and list the keys. `places` are Streamlit's pages by address, those for the visitor."""
    near = [other for other in sections()[page.section] if other.url_path in places][:MOST]
    message = {
        "page": page.url_path,
        "pages": [other.title for other in near],
        "experiments": [text for text, _ in ordered(page.about.experiments)[:FIRST]],
    }
    result = _mount(data=[message], key="lecturing", width="content", on_go_change=lambda: None)
    chosen = sent_now(result, "go", Whole(0, len(near) - 1))
    if chosen is not None and near[chosen] != page:
        st.switch_page(places[near[chosen].url_path])
