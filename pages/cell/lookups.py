"""What the page The cell has measured once for all: the course's own step, and what a closed gate keeps."""

from __future__ import annotations

import streamlit as st


@st.cache_data(show_spinner=False)
def course_facts() -> dict[str, tuple[int, ...] | float]:
    """What `course_check` has found."""
    from core.probes.recurrence.cell_proof import course_check

    return course_check()


@st.cache_data(show_spinner=False)
def kept_facts() -> dict[str, dict[str, float]]:
    """What `kept_by` has found for both forms."""
    from core.probes.recurrence.cell_proof import kept_by

    return {kind: kept_by(kind) for kind in ("gru", "gru2014")}
