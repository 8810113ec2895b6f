"""Turns for what this process measures, such as a forecast, where turns are dealt out in another one."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from core.errors import CancelledError, LabError
from core.files import PROCESS

LOOK = 0.1  # seconds between two looks of who waits for a turn


class Measurements:
    """Measurements that wait or have a turn. `request(name, *values)` asks that process; `place(key)` is a place in its queue, from 1."""

    def __init__(self, request: Callable[..., object], *, place: Callable[[str], int], closing: threading.Event) -> None:
        self._request, self._place, self._closing = request, place, closing
        self._turns: dict[str, tuple[str, threading.Event]] = {}  # whose, and whether it has come
        self._numbers = itertools.count(1)

    def __bool__(self) -> bool:
        return bool(self._turns)

    def waiting(self) -> list[tuple[str, str]]:
        """Those whose turn has not come, and whose they are."""
        return [(key, owner) for key, (owner, come) in list(self._turns.items()) if not come.is_set()]

    def come(self, key: str) -> None:
        """Let one go on, if it is ours: its turn has come."""
        if key in self._turns:
            self._turns[key][1].set()

    @contextmanager
    def turn(self, owner: str, cancelled: Callable[[], bool], told: Callable[[int], object]) -> Iterator[None]:
        """As `Engine.turn`."""
        key, come = f"measurement {PROCESS} {next(self._numbers)}", threading.Event()
        self._turns[key] = owner, come
        try:
            self._request("ask", key, owner)
            self._wait_for(key, come, cancelled, told)
            yield
        finally:
            del self._turns[key]
            with suppress(LabError):
                self._request("give_back", key)

    def _wait_for(self, key: str, come: threading.Event, cancelled: Callable[[], bool], told: Callable[[int], object]) -> None:
        place = 0
        while not come.wait(LOOK):
            if self._closing.is_set() or cancelled():
                raise CancelledError("This measurement was cancelled before its turn came: ask for it again.")
            if (now := self._place(key)) != place and now:
                place = now
                told(place)
