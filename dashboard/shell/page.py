"""How a page is built of fragments: a picture that follows its controls at once, and what stands around it once that has come to rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any

import streamlit as st

from core.classroom.rights import Act
from core.errors import LabError
from core.memory import told_if_it_runs_out
from dashboard.shell import gate, show, visitor
from dashboard.shell.choices import Kept
from dashboard.shell.settled import announce, rerun_when_settled


@contextmanager
def guarded() -> Iterator[None]:
    """Show what a person can put right, memory that ran out among it. The entry script and every fragment stand under this care.

    Each waits for its turn at the gate.
    """
    try:
        with gate.PAGES.through(), told_if_it_runs_out("This page", "choose a smaller model, or close other pages"):
            yield
    except LabError as error:
        show.error(error)


def fragment(draw: Callable[..., Any], *, run_every: float | None = None) -> Callable[..., Any]:
    """`draw` as a part of a page that runs by itself, every so many seconds, as `st.fragment` makes it; under the care of `guarded`."""

    @wraps(draw)
    def cared(*args: Any) -> Any:
        with guarded():
            visitor.require(Act.LOOK)  # a part of a page runs by itself, and whose it was may have left the class
            return draw(*args)

    return st.fragment(cared, run_every=run_every)


def board_page(
    page: str,
    *,
    choose: Callable[[], Any],
    board: Callable[[Any], None],
    around: Callable[[Any], None],
    name_of: Callable[[Any], Any] = lambda choices: choices.link,
    widths: Sequence[int] = (1, 4),
) -> Kept:
    """Controls beside their picture, and what follows when that has come to rest.

    `choose` draws the controls and returns what they say; `board` draws the picture of it at once, `around` all else. `name_of` tells one
    picture from another. `widths` are those of the columns of controls and picture. Returns the `Kept` with what `choose` returned last.
    """
    choices = Kept(page, "choices")

    @fragment
    def picture() -> None:
        left, right = st.container(key="lab").columns(widths, gap="medium")
        with left:
            choices.keep(choose())
        with right:
            board(choices.value)
        announce(str(name_of(choices.value)), key=page)

    @fragment
    def rest() -> None:
        rerun_when_settled(key=page)
        if choices.value is not None:  # else the picture says why
            around(choices.value)

    picture()
    rest()
    return choices
