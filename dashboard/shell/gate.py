"""One script draws its page at a time; the others wait in line, each for a moment.

Python runs one thread at a time. Of thirty pages that are drawn at once each would take thirty times as long, and the event loop, which
wants the interpreter a hundred times a second, would have its turn after thirty others. In line, half of them are there in half the time,
and the loop waits for one. A script that computes longer than a moment goes on, but holds nobody up any more.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """Lets `places` threads through at once, in the order in which they come, and counts nobody longer than `moment` seconds."""

    def __init__(self, places: int, moment: float) -> None:
        self._places, self._moment = places, moment
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()
        self._until: dict[int, float] = {}  # thread -> until when it counts

    @contextmanager
    def through(self) -> Iterator[None]:
        """Wait for a place, and have it for the body. A thread that has one already goes on."""
        me = threading.get_ident()
        if me in self._until:
            yield
            return
        self._enter(me)
        try:
            yield
        finally:
            with self._changed:
                del self._until[me]
                self._changed.notify_all()

    def _enter(self, me: int) -> None:
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            while (wait := self._wait(ticket)) > 0:
                self._changed.wait(wait)
            self._waiting.popleft()
            self._until[me] = time.monotonic() + self._moment
            self._changed.notify_all()

    def _wait(self, ticket: object) -> float:
        """Seconds until there can be a place for who holds the ticket; 0 where there is one now."""
        now = time.monotonic()
        counted = [until for until in self._until.values() if until > now]
        if self._waiting[0] is ticket:
            return max(0.001, min(counted) - now) if len(counted) >= self._places else 0.0
        return self._moment  # whoever goes through says so


PAGES = Gate(places=1, moment=0.3)
