"""Predict, then see: before a page shows its picture it asks a question on its claim, once in a session.

The picture is drawn meanwhile, and the theme covers it while the question stands above it. Who comes by a link that says what to show, or
follows an instructor, is not asked: for them the question stands at the end of the page.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from core.errors import LabError
from core.home import number_setting
from dashboard.about import Answer, Prediction
from dashboard.kit.wording import marked
from dashboard.navigation import Page
from dashboard.shell import show, state
from dashboard.shell.choices import Kept
from dashboard.shell.predict import ask, say

COVERED, OPEN = "covered", "open"
HERE = Kept("prediction", "here")  # the page that was drawn last


@dataclass(frozen=True)
class Told:
    """What somebody has predicted, and what is right; `new` until another page is opened."""

    guess: str
    answer: Answer
    new: bool = True


def _kept(page: Page) -> Kept:
    """COVERED, OPEN or Told, of each page."""
    return Kept("prediction", page.url_path)


def skip(page: Page) -> None:
    """Show the picture of a page without a question, unless it has been answered."""
    if not isinstance(_kept(page).value, Told):
        _kept(page).keep(OPEN)


def asked_above(page: Page) -> None:
    """Draw the question above the picture, or what it was answered with."""
    kept, arrived = _kept(page), HERE.value != page.url_path
    HERE.keep(page.url_path)
    if page.about.prediction is None:
        return
    if arrived:
        _arrive(page)
    if kept.value == COVERED:
        _cover(page, page.about.prediction)
    elif isinstance(kept.value, Told):
        _tell(kept.value)


def asked_below(page: Page) -> None:
    """Draw the question at the end of the page for who was not asked before."""
    prediction = page.about.prediction
    if prediction is None or _kept(page).value != OPEN:
        return
    guess, pressed = ask(prediction.question, prediction.choices, key=f"{page.url_path}_predict")
    if pressed:
        say(guess, page.answer())


def _arrive(page: Page) -> None:
    kept = _kept(page)
    if isinstance(kept.value, Told):
        kept.keep(replace(kept.value, new=False))
    elif kept.value is None or state.page():
        kept.keep(OPEN if state.page() or not number_setting("LAB_PREDICT", 1) else COVERED)


def _cover(page: Page, prediction: Prediction) -> None:
    with st.container(key="prediction"):
        guess, pressed = ask(prediction.question, prediction.choices, key=f"{page.url_path}_predict", skip=lambda: skip(page))
        if pressed:
            try:
                _kept(page).keep(Told(guess, page.answer()))
            except LabError as error:
                show.error(error)
                return
            st.rerun()


def _tell(told: Told) -> None:
    right = told.guess == told.answer.choice
    label = f"Correct: {told.answer.choice}" if right else f"Not quite. The answer is: {told.answer.choice}"
    icon = ":material/check_circle:" if right else ":material/info:"
    with st.expander(show.label(label), icon=icon, expanded=told.new):
        show.markdown(told.answer.because)
        if not right:
            show.caption(marked("You predicted: {}.", told.guess))
