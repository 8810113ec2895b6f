"""A lesson that trains behind a page: its part of the page, which looks by itself, and where it stands in words."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.kit.wording import marked
from dashboard.shell import show
from dashboard.shell.page import fragment, guarded
from dashboard.training.background import DONE, FAILED, WAITING, Lesson

TICK = 0.7  # seconds between two looks at a lesson that trains


def lesson_part(
    draw: Callable[[], None], active: Callable[[], bool], after: Callable[[], None] = lambda: None, *, every: float = TICK
) -> None:
    """What is trained on a page, as `draw` draws it, and then `after`, such as the address bar.

    While the lesson is `active` it looks by itself, `every` so many seconds, and has the page run again when that is to begin or to end.
    """

    def part(ticking: bool) -> None:
        with guarded():  # of its own: what goes wrong must not keep the page from being run again
            draw()
            after()
        if ticking != active():
            st.rerun()

    now = active()
    fragment(part, run_every=every if now else None)(now)


def train_button(label: str, lesson: Lesson | None, *, key: str, primary: bool = True) -> bool:
    """The button that begins a lesson, or begins one again that has failed; it is off while there is one. Whether it was pressed."""
    failed = lesson is not None and lesson.status == FAILED
    look = {"type": "primary" if primary else "secondary", "icon": ":material/play_arrow:", "disabled": lesson is not None and not failed}
    return st.button(show.label("Train again" if failed else label), key=key, **look)


def lesson_status(lesson: Lesson | None, steps: int, *, before: str = "") -> None:
    """A line on a lesson of so many steps; while nobody has begun it what `before` says."""
    if lesson is None:
        show.info(f"Not trained yet. {before}")
    elif lesson.status == FAILED:
        show.error(lesson.problem)
    elif lesson.status == DONE:
        show.caption(f"Trained: {lesson.steps} steps in {lesson.seconds:.1f} s.")
    elif lesson.status == WAITING:
        st.progress(0.0, show.label(waiting(lesson)))
    else:
        st.progress(lesson.steps / steps, show.label(f"Training: step {lesson.steps} of {steps}"))


def measuring_status(lesson: Lesson) -> None:
    """A line on a measurement, while it waits or is under way, or what is wrong with it; nothing when it is done."""
    if lesson.status == FAILED:
        show.error(lesson.problem)
    elif lesson.status == WAITING:
        show.caption(marked(":material/hourglass: {}", waiting(lesson)))
    elif lesson.active:
        st.caption(":material/timer: Measuring")


def waiting(lesson: Lesson) -> str:
    """Where a lesson stands in the queue."""
    place = f", place {lesson.place} in the queue" if lesson.place else ""
    return f"It waits for its turn{place}: runs, lessons and measurements take turns on this computer."
