"""Small lessons and measurements behind a page: they wait in the queue as runs do, and are the same for everybody who asks for the same.

    lesson = background.lesson("spider 2 0", lambda: LaterWordLesson(2), run=lambda made: made.run(), owner="a person's id")
    lesson.status, lesson.place, lesson.made, lesson.steps

No Streamlit and no torch here: a page begins one by `dashboard.training.starting`, which asks who may. Pages look at a lesson a few times a
second, and read what it has made.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from core.errors import CancelledError, LabError
from core.memory import claim, ran_out
from dashboard.shell import services

KEPT = 16  # lessons; the one that has been asked for longest ago goes first
MOST_SECONDS = 300.0
THREADS = 16  # of lessons that wait for their turn: more wait for a thread
NEEDED = 150 * 10**6  # bytes that a lesson takes at its most; a measurement says itself what it needs
AWAY_SECONDS = 60.0  # nobody has looked for so long: the tab is closed, and others wait
WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
TOO_SLOW = "This has taken {:.0f} seconds, which is too long for a lesson: this computer is busy. Try again later."
NOBODY = "This has ended, because nobody was watching. Train again."
NO_MEMORY = "There was not enough memory for this. Try again when other runs have ended."
NOT_EXPECTED = "The training has ended with an error that was not expected ({}). Train again; if it fails again, tell who runs this lab."


class Lesson:
    """A training on its way. `made` is what is being trained, None before it begins; `steps` how far it has come."""

    def __init__(self) -> None:
        self.status = WAITING
        self.made: Any = None
        self.steps = 0
        self.place = 0  # in the queue, from 1, while it waits
        self.problem = ""
        self.seconds = 0.0
        self.seen = time.monotonic()  # when somebody asked for it last

    @property
    def active(self) -> bool:
        """Whether something is still to come."""
        return self.status in (WAITING, RUNNING)

    def work(self, make: Callable[[], Any], run: Callable[[Any], Iterator[int]], owner: str = "") -> None:
        """Wait for a turn, make what is to be trained, and train it to its end; whatever goes wrong is a sentence in `problem`."""
        try:
            with services.manager().turn(owner, cancelled=self._left, told=self._wait_at), _alone:
                self.place = 0
                self.check_seen()  # it may have waited for long
                with claim(NEEDED, "This"):
                    self._work(make, run)
            self.status = DONE
        except CancelledError:
            self._fail(NOBODY)
        except LabError as error:
            self._fail(error.for_others)
        except Exception as error:  # a page must say that it failed, whatever it was
            self._fail(NO_MEMORY if ran_out(error) else NOT_EXPECTED.format(type(error).__name__))

    def _work(self, make: Callable[[], Any], run: Callable[[Any], Iterator[int]]) -> None:
        started = time.monotonic()
        self.status = RUNNING
        made = make()
        self.made = made
        for step in run(made):
            self.steps, self.seconds = step, time.monotonic() - started
            if self.seconds > MOST_SECONDS:
                raise LabError(TOO_SLOW.format(self.seconds))
            self.check_seen()

    def _wait_at(self, place: int) -> None:
        self.place = place

    def _left(self) -> bool:
        return time.monotonic() - self.seen > AWAY_SECONDS

    def check_seen(self) -> None:
        """Raises LabError when nobody has asked for it for too long."""
        if self._left():
            raise LabError(NOBODY)

    def _fail(self, sentence: str) -> None:
        self.problem = sentence
        self.status = FAILED


_lock = threading.Lock()
_lessons: dict[str, Lesson] = {}
_alone = threading.Lock()  # two at a time would disturb each other, also where several runs may train at a time
_teachers = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="lesson")


def lesson(key: str, make: Callable[[], Any], run: Callable[[Any], Iterator[int]] = lambda made: iter(()), *, owner: str = "") -> Lesson:
    """The lesson of this key; begun now, for `owner`, if there is none, or if the last one failed."""
    with _lock:
        current = _lessons.pop(key, None)
        if current is None or current.status == FAILED:
            current = Lesson()
            _teachers.submit(current.work, make, run, owner)
        current.seen = time.monotonic()
        _lessons[key] = current  # the last one of the dict has been asked for last
        for old in [name for name, other in _lessons.items() if not other.active][: max(0, len(_lessons) - KEPT)]:
            if old != key:
                del _lessons[old]
        return current


def known(key: str) -> Lesson | None:
    """The lesson of this key, if somebody has begun it: who asks, looks at it."""
    with _lock:
        current = _lessons.get(key)
    if current is not None:
        current.seen = time.monotonic()
    return current


def forget(key: str) -> None:
    """Let the lesson of this key begin anew when it is asked for again."""
    with _lock:
        if key in _lessons and not _lessons[key].active:
            del _lessons[key]


def check(key: str) -> None:
    """Raises LabError when nobody looks at the lesson of this key any more: for what it does in one long step, such as reading images."""
    if (current := _lessons.get(key)) is not None:
        current.check_seen()
