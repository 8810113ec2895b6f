"""Who may train now. A run holds a turn while it trains; the others wait, and users are served in turn."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Turns:
    """At most `limit` runs hold a turn. When one is given back it goes to the waiting user who was served longest ago.

    A user with one waiting run is therefore never behind the tenth run of another.
    """

    def __init__(self, limit: int = 1) -> None:
        self.limit = limit
        self._changed = threading.Condition()
        self._waiting: list[tuple[str, str]] = []  # (run, owner), in order of arrival
        self._holding: set[str] = set()
        self._served: dict[str, int] = {}  # owner -> number of the last turn
        self._count = 0

    def take(self, run: str, owner: str, *, cancelled: Callable[[], bool]) -> bool:
        """Wait for a turn; False when `cancelled()` became true first (looked at ten times a second)."""
        with self._changed:
            self._waiting.append((run, owner))
            while not cancelled():
                if len(self._holding) < self.limit and self._order()[0] == run:
                    self._waiting.remove((run, owner))
                    self._holding.add(run)
                    self._count += 1
                    self._served[owner] = self._count
                    self._changed.notify_all()
                    return True
                self._changed.wait(0.1)
            self._waiting.remove((run, owner))
            self._changed.notify_all()
            return False

    def give_back(self, run: str) -> None:
        """Let the next one train. Harmless when `run` holds no turn."""
        with self._changed:
            self._holding.discard(run)
            self._changed.notify_all()

    @property
    def held(self) -> bool:
        """Whether any run holds a turn."""
        return bool(self._holding)

    def place(self, run: str) -> int:
        """The place of `run` among those that wait, from 1; 0 when it does not wait."""
        with self._changed:
            order = self._order()
            return order.index(run) + 1 if run in order else 0

    def _order(self) -> list[str]:
        served, count, waiting, order = dict(self._served), self._count, list(self._waiting), []
        while waiting:
            run, owner = min(waiting, key=lambda entry: served.get(entry[1], 0))  # min keeps the order of arrival among equals
            waiting.remove((run, owner))
            order.append(run)
            count += 1
            served[owner] = count
        return order
