"""What a lesson measures: once for everybody, as it says the same each time."""

from __future__ import annotations

import streamlit as st

from core.classroom.questions.question import ByProbe, Question, Truth
from core.lessons.measurements.table import MEASUREMENTS
from core.lessons.shelf import Shelf, shelf
from dashboard.navigation import PAGES


@st.cache_data(show_spinner=False)
def measured(name: str) -> Truth:
    """What a row of `MEASUREMENTS` measures, within a few seconds."""
    return MEASUREMENTS[name].measure()


def truth_of(question: Question) -> Truth:
    """What is right of a question that a probe decides."""
    if question.id in MEASUREMENTS:
        return measured(question.id)
    assert isinstance(question.decides, ByProbe), "other questions are refused when a lesson is read"
    return question.decides.measure()


def all_lessons() -> Shelf:
    """The lessons that came with the lab and those of its instructor, which may lead to its pages."""
    return shelf(frozenset(page.url_path for page in PAGES))
