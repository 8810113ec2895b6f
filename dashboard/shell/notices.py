"""What callbacks and links have to say, above every page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import LabError
from dashboard.shell import show, state, visitor


@contextmanager
def notices() -> Iterator[None]:
    """The place above the page that is drawn inside, with what was said before it and what is said while it is drawn (`state.say`).

    A run that ends before its page is complete says it again in the next one: torch had to be loaded, or somebody was quicker.
    """
    place, earlier = st.container(), state.messages()
    for sentence in earlier:
        show.warning(sentence, at=place)
    try:
        yield
    except BaseException:  # Streamlit ends a run so
        for sentence in earlier + state.messages():
            state.say(sentence)
        raise
    for sentence in state.messages():
        show.warning(sentence, at=place)


@contextmanager
def said_above() -> Iterator[None]:
    """What a callback tries. What a person can put right is said above the page, where the callback itself cannot write."""
    try:
        yield
    except LabError as error:
        state.say(visitor.told(error))
