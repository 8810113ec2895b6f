"""Predict, then reveal: one question on a page's claim, to be answered before the answer is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard.about import Answer
from dashboard.kit.wording import marked
from dashboard.shell import show


def predict(question: str, choices: Sequence[str], *, answer: str, because: str, key: str) -> bool:
    """Ask `question`; after a choice and a click, say whether it was `answer`, and why. Returns whether it has just been said.

    `because` is plain text, or Markdown by `wording.marked`.
    """
    guess, pressed = ask(question, choices, key=key)
    if pressed:
        say(guess, Answer(choice=answer, because=because))
    return pressed


def say(guess: str | None, right: Answer) -> None:
    """Whether it was right, and why."""
    if guess == right.choice:
        show.success(marked("Correct: {}. {}", right.choice, right.because))
    else:
        show.info(marked("Not quite. The answer is: {}. {}", right.choice, right.because))


def ask(question: str, choices: Sequence[str], *, key: str, skip: Callable[[], None] | None = None) -> tuple[str | None, bool]:
    """Draw the question; returns what has been chosen, and whether the answer is wanted now. `skip` is what "Show me" does."""
    st.header("Predict, then reveal")
    guess = st.radio(show.label(question), choices, format_func=show.label, index=None, key=f"{key}-choice", horizontal=True)
    with st.container(horizontal=True):
        pressed = st.button("Reveal", key=f"{key}-reveal", type="primary" if skip else "secondary", disabled=guess is None)
        if skip:
            st.button("Show me", key=f"{key}-skip", type="tertiary", help="Shows the picture without a prediction.", on_click=skip)
    return guess, pressed
