"""Small lessons that train behind a page: one at a time in a thread of their own, the same one for everybody who asks for the same.

    lesson = background.lesson("spider 2 0", lambda: LaterWordLesson(2), run=lambda made: made.run())
    lesson.status, lesson.made, lesson.steps

No Streamlit and no torch here: pages look at a lesson a few times a second, and read what it has made.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from core.errors import LabError

KEPT = 16  # lessons; the one that has been asked for longest ago goes first
MOST_SECONDS = 300.0
AWAY_SECONDS = 60.0  # nobody has looked for so long: the tab is closed, and others wait
WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
TOO_SLOW = "This has taken {:.0f} seconds, which is too long for a lesson: this computer is busy. Try again later."
NOBODY = "This has ended, for nobody was looking. Train again."
NOT_EXPECTED = "The training has ended with an error that was not expected ({}). Train again; if it fails again, tell who runs this lab."


class Lesson:
    """A training on its way. `made` is what is being trained, None before it begins; `steps` how far it has come."""

    def __init__(self) -> None:
        self.status = WAITING
        self.made: Any = None
        self.steps = 0
        self.problem = ""
        self.seconds = 0.0
        self.seen = time.monotonic()  # when somebody asked for it last

    @property
    def active(self) -> bool:
        """Whether something is still to come."""
        return self.status in (WAITING, RUNNING)

    def work(self, make: Callable[[], Any], run: Callable[[Any], Iterator[int]]) -> None:
        """Make what is to be trained, and train it to its end; whatever goes wrong is a sentence in `problem`."""
        started = time.monotonic()
        try:
            self._check_seen()  # it may have waited for long
            self.status = RUNNING
            made = make()
            self.made = made
            for step in run(made):
                self.steps, self.seconds = step, time.monotonic() - started
                if self.seconds > MOST_SECONDS:
                    raise LabError(TOO_SLOW.format(self.seconds))
                self._check_seen()
            self.status = DONE
        except LabError as error:
            self._fail(str(error))
        except Exception as error:  # a page must say that it failed, whatever it was
            self._fail(NOT_EXPECTED.format(type(error).__name__))

    def _check_seen(self) -> None:
        if time.monotonic() - self.seen > AWAY_SECONDS:
            raise LabError(NOBODY)

    def _fail(self, sentence: str) -> None:
        self.problem = sentence
        self.status = FAILED


_lock = threading.Lock()
_lessons: dict[str, Lesson] = {}
_teacher = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lesson")


def lesson(key: str, make: Callable[[], Any], run: Callable[[Any], Iterator[int]]) -> Lesson:
    """The lesson of this key; begun now if there is none, or if the last one failed."""
    with _lock:
        found = _lessons.pop(key, None)
        if found is None or found.status == FAILED:
            found = Lesson()
            _teacher.submit(found.work, make, run)
        found.seen = time.monotonic()
        _lessons[key] = found  # the last one of the dict has been asked for last
        for old in [name for name, other in _lessons.items() if not other.active][: max(0, len(_lessons) - KEPT)]:
            if old != key:
                del _lessons[old]
        return found


def known(key: str) -> Lesson | None:
    """The lesson of this key, if somebody has begun it: who asks, looks at it."""
    with _lock:
        found = _lessons.get(key)
    if found is not None:
        found.seen = time.monotonic()
    return found
