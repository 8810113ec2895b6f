"""A whole page is drawn anew when a set is opened or closed, or its time is over: its controls are others then."""

from __future__ import annotations

import streamlit as st

from dashboard.shell.choices import Kept
from dashboard.shell.pulsed import rerun_when_pulsed
from pages.drawings.lookups import drawings


def rerun_in_another_turn(part: str) -> None:
    """Let the fragment `part` draw the whole page anew in another turn than the one in which it was drawn last."""
    turn, drawn = drawings().turn, Kept("drawings", f"turn_{part}")
    rerun_when_pulsed("collecting", turn, key=f"drawings_turn_{part}")
    before = drawn.value
    drawn.keep(turn)
    if before not in (None, turn):
        st.rerun()
