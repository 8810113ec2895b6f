"""What somebody on a page has measured or trained behind it: the one way from a page to `background.lesson`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from core.classroom.pace import Pace
from core.classroom.rights import INSTRUCTOR, Act
from dashboard.shell import visitor
from dashboard.training import background
from dashboard.training.background import FAILED, Lesson

OFTEN = Pace(12, 60.0)  # of one person; the instructor's are not counted


def start_lesson(key: str, make: Callable[[], Any], run: Callable[[Any], Iterator[int]] = lambda made: iter(())) -> Lesson:
    """The lesson of this key, begun for whoever looks at the page if there is none. Raises RightError, and BusyError for too many."""
    visitor.require(Act.START)
    current = background.known(key)
    if (current is None or current.status == FAILED) and visitor.role() != INSTRUCTOR:
        OFTEN.take(visitor.owner())
    return background.lesson(key, make, run, owner=visitor.owner())
