"""The panel on long inputs on a page of its own, as the page Translate calls it."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402

from pages.translate.long_inputs import active, breaking_panel  # noqa: E402

st.set_page_config(layout="wide")
task = st.query_params.get("task", "reverse")


def panel(ticking: bool) -> None:
    """Look again by itself while something is to come."""
    breaking_panel(task)
    if ticking != active():
        st.rerun()


now = active()
st.fragment(panel, run_every=1.0 if now else None)(now)
