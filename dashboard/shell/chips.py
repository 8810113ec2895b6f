"""The first experiments of a page as chips below its claim: each sets the page up, and shows where to look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.about import About
from dashboard.navigation import Page
from dashboard.shell import prediction, show, state
from dashboard.shell.foot import FIRST, missing, ordered
from dashboard.shell.pointing import point_at


def chips(page: Page, place: Any) -> None:
    """Draw them. `place` is the page of Streamlit's, which is opened anew."""
    offered = ordered(page.about.experiments)[:FIRST]
    if not offered:
        return
    with st.container(horizontal=True, key="chips"):
        st.markdown("Try this:", width="content")
        for number, (text, query) in enumerate(offered):
            lead, _, rest = text.partition(":")
            needs = missing(query)
            label = f"{lead} (needs {needs})" if needs else lead
            if st.button(show.label(label), key=f"{page.url_path}_chip_{number}", help=show.label(rest.strip()) if rest else None):
                prediction.skip(page)
                point_at(seen_in(page.about, query))
                state.go_to(place, query)


def seen_in(about: About, query: Mapping[str, str]) -> str:
    """The key of the container in which that is seen which a link changes."""
    return next((key for name, key in about.seen_in.items() if name in query), about.picture)
