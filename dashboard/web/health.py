"""How the server is: how late its event loop answers, and `GET /healthz`, by which load balancers ask whether to send anybody here."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

HEALTH = "/healthz"
LOOK, WINDOW = 0.25, 60.0  # seconds between two looks at the event loop, and for how long they are kept
FRESH = 2.0  # seconds for which an answer is good: whoever asks a thousand times a second costs no more than one
WELL = "ok"


class Lateness:
    """How late the event loop comes back to a task that asked to be woken: what everybody waits who waits for an answer, in seconds."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, float]] = deque(maxlen=round(WINDOW / LOOK))  # (when, how late)

    async def watch(self) -> None:
        """Measure for good."""
        while True:
            due = self._clock() + LOOK
            await asyncio.sleep(LOOK)
            self.note(self._clock() - due)

    def note(self, late: float) -> None:
        """Keep what was measured now."""
        self._seen.append((self._clock(), max(0.0, late)))

    def recent(self) -> list[float]:
        """All of the last minute, the smallest first."""
        oldest = self._clock() - WINDOW
        return sorted(late for when, late in list(self._seen) if when >= oldest)

    @property
    def worst(self) -> float:
        """The worst of the last minute; 0 where nothing was measured."""
        return max(self.recent(), default=0.0)

    @property
    def p95(self) -> float:
        """What 95 of 100 of the last minute did not exceed; 0 where nothing was measured."""
        found = self.recent()
        return found[min(len(found) - 1, int(0.95 * len(found)))] if found else 0.0


LATENESS = Lateness()  # of this process


class Answer:
    """The last answer to whoever asks: what `look` says, in a word. Others who ask while it looks are told what was true a moment ago."""

    def __init__(self, look: Callable[[], str], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._look, self._clock, self._lock = look, clock, threading.Lock()
        self._said, self._until = WELL, -float("inf")

    def word(self) -> str:
        """`WELL`, or what is wrong."""
        if self._clock() < self._until or not self._lock.acquire(blocking=False):
            return self._said
        try:
            self._said = self._look()
            self._until = self._clock() + FRESH
        finally:
            self._lock.release()
        return self._said


def healthz(look: Callable[[], str]) -> Route:
    """GET /healthz: 200 and "ok", or 503 and the one word that `look` says."""
    answer = Answer(look)

    def send(request: Request) -> Response:  # not a coroutine: it may wait for the database, off the event loop
        word = answer.word()
        return PlainTextResponse(word, 200 if word == WELL else 503, {"Cache-Control": "no-store"})

    return Route(HEALTH, send)
