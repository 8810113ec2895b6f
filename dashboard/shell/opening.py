"""What stands around every page: above it title, neighbours, claim, experiments, question; and below it its neighbours once more, and what
a lecturer needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.navigation import Page, neighbours
from dashboard.shell import show
from dashboard.shell.chips import chips
from dashboard.shell.copy_link import copy_link
from dashboard.shell.explained import explained
from dashboard.shell.lecturing import lecturing
from dashboard.shell.pointing import pointing
from dashboard.shell.prediction import asked_above, asked_below

FORWARD = {"icon": ":material/arrow_forward:", "icon_position": "right"}
Places = Mapping[str, Any]  # Streamlit's pages by their addresses, those alone that the visitor may see


def opening(page: Page, places: Places) -> None:
    """Draw what stands above all that a page draws by itself."""
    with st.container(key="opening"):
        with st.container(horizontal=True, vertical_alignment="center", key="opening_title"):
            show.title(page.title)
            _beside(page, places)
            copy_link()
        show.markdown(explained(page.about.claim))
        chips(page, places[page.url_path])
        pointing()
    asked_above(page)


def closing(page: Page, places: Places) -> None:
    """Draw what stands below all that a page draws by itself."""
    asked_below(page)
    with st.container(horizontal=True, horizontal_alignment="distribute", key="closing"):
        _beside(page, places)
        lecturing(page, places)


def _beside(page: Page, places: Places) -> None:
    """Links to the pages before and after one in the unit."""
    before, after = neighbours(page)
    if before and before.url_path in places:
        here = places[before.url_path]
        st.page_link(here, label=show.label(before.title), icon=":material/arrow_back:", help="The page before")
    if after and after.url_path in places:
        here = places[after.url_path]
        st.page_link(here, label=show.label(after.title), help="The next page", **FORWARD)
