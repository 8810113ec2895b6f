"""What stands beside a page: a step of a lesson. Every link that the lab writes names it, and so it stays when a page brings the address
bar up to date, when the session goes on to another page, and when a browser loads the page anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from core.checks import Text, Whole

NAMES = LESSON, STEP = "lesson", "step"  # in a link
KEY = "beside"
LESSON_NAME, STEP_NUMBER = Text(100), Whole(1, 999)


@dataclass(frozen=True)
class Beside:
    """A lesson by its name, and the number of a step, from 1."""

    lesson: str
    step: int

    @property
    def link(self) -> dict[str, str]:
        """What a link says of it."""
        return {LESSON: self.lesson, STEP: str(self.step)}


def beside() -> Beside | None:
    """What stands beside the pages of this session; None for nothing."""
    return st.session_state.get(KEY)


def put(lesson: str, step: int) -> None:
    """Let a step stand there from now on: the next page that is opened names it in the address bar."""
    st.session_state[KEY] = Beside(lesson, step)


def write() -> None:
    """Bring the address bar up to what stands there, where no page is opened."""
    for name, text in link().items():
        st.query_params[name] = text


def clear() -> None:
    """Let nothing stand there any more."""
    st.session_state.pop(KEY, None)
    for name in NAMES:
        if name in st.query_params:
            del st.query_params[name]


def arrives() -> bool:
    """Take what the address bar names, if it is another step than the one that stands there; whether it is. Nonsense names none."""
    linked = _named(st.query_params.to_dict())
    if linked is None or linked == beside():
        return False
    st.session_state[KEY] = linked
    return True


def follow(query: Mapping[str, str]) -> None:
    """Let stand there what a link names, as whoever leads a class shows it: nothing, if it names nothing."""
    st.session_state[KEY] = _named(query)


def _named(query: Mapping[str, str]) -> Beside | None:
    name = LESSON_NAME(query.get(LESSON, ""))
    if not name or "\0" in name:
        return None
    return Beside(name, STEP_NUMBER.read(query.get(STEP, "")) or 1)


def link() -> dict[str, str]:
    """What a link says of what stands there; nothing for nothing."""
    here = beside()
    return here.link if here else {}


def without(query: Mapping[str, str]) -> dict[str, str]:
    """What a link says of the page alone."""
    return {name: text for name, text in query.items() if name not in NAMES}
