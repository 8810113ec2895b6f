"""A choice that is always made: the browser lets nobody take it back, but what is sent need not come from one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import streamlit as st


def segmented_control(label: str, options: Iterable[Any], *, key: str, at: Any = st, **more: Any) -> Any:
    """As `st.segmented_control` with `required`, in the container `at`: a state that is none of the options is not taken."""
    options, kept = list(options), f"{key}:chosen"
    if key in st.session_state and st.session_state[key] not in options:
        before = st.session_state.get(kept)
        st.session_state[key] = before if before in options else more.get("default", options[0])
    st.session_state[kept] = at.segmented_control(label, options, key=key, required=True, **more)
    return st.session_state[kept]
