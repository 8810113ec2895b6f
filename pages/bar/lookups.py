"""What the page What passes the bar has computed once for all: which tokens a sweep reaches."""

from __future__ import annotations

import streamlit as st


@st.cache_data(show_spinner=False)
def reached_grids(side: int) -> list[list[list[bool]]]:
    """What the middle token reaches after a sweep along rows, and after one along columns too."""
    from core.probes.recurrence.paths import reached

    middle = side // 2 - 1
    return [reached(side, columns_too=both, row=middle, column=middle).tolist() for both in (False, True)]
