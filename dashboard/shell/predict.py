"""Predict, then reveal: one question on a page's claim, to be answered before the answer is shown."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.kit.wording import marked
from dashboard.shell import show


def predict(question: str, choices: Sequence[str], *, answer: str, because: str, key: str) -> bool:
    """Ask `question`; after a choice and a click, say whether it was `answer`, and why. Returns whether it has just been said.

    `because` is plain text, or Markdown by `wording.marked`.
    """
    st.subheader("Predict, then reveal")
    chosen = st.radio(show.label(question), choices, format_func=show.label, index=None, key=f"{key}-choice", horizontal=True)
    if not st.button("Reveal", key=f"{key}-reveal", disabled=chosen is None):
        return False
    if chosen == answer:
        show.success(marked("Yes: {}. {}", answer, because))
    else:
        show.info(marked("It is: {}. {}", answer, because))
    return True
