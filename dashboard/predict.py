"""Predict, then reveal: one question on a page's claim, to be answered before the answer is shown."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st


def predict(question: str, choices: Sequence[str], *, answer: str, because: str, key: str) -> bool:
    """Ask `question`; after a choice and a click, say whether it was `answer`, and why. Returns whether it has just been said."""
    st.subheader("Predict, then reveal")
    chosen = st.radio(question, choices, index=None, key=f"{key}-choice", horizontal=True)
    if not st.button("Reveal", key=f"{key}-reveal", disabled=chosen is None):
        return False
    if chosen == answer:
        st.success(f"Yes: {answer}. {because}")
    else:
        st.info(f"It is: {answer}. {because}")
    return True
