"""What callbacks and links have to say, above every page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard.shell import show, state


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
