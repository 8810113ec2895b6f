"""Who may train now. A run holds a turn while it trains; the others wait, and users are served in turn. Waiting costs no thread."""

from __future__ import annotations

import heapq
import threading
from collections import deque
from collections.abc import Callable

REMEMBERED = 1000  # users whose last turn is known


class Turns:
    """At most `limit` keys (runs, measurements) hold a turn. When one is given back it goes to the waiting user who was served longest ago.

    A user with one waiting run is therefore never behind the tenth run of another. Of very many users those who were served longest ago
    are forgotten. They still come before all that are remembered, as they did before.
    """

    def __init__(self, limit: int = 1) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._waiting: dict[str, tuple[str, Callable[[], None]]] = {}  # key -> (owner, ready), in order of arrival
        self._holding: set[str] = set()
        self._served: dict[str, int] = {}  # owner -> number of the last turn, ascending
        self._count = 0
        self._places: dict[str, int] | None = {}  # None: the queue has changed since they were computed

    def ask(self, key: str, owner: str, ready: Callable[[], None]) -> None:
        """Queue `key`. When its turn has come `ready()` is called once, in this thread or in that of whoever gives a turn back."""
        with self._lock:
            assert key not in self._waiting and key not in self._holding, key
            self._waiting[key] = (owner, ready)
            self._places = None
        self._deal()

    def leave(self, key: str) -> bool:
        """Leave the queue; False when `key` does not wait (any more)."""
        with self._lock:
            self._places = None
            return self._waiting.pop(key, None) is not None

    def take(self, key: str, owner: str, *, cancelled: Callable[[], bool], told: Callable[[int], object] = lambda place: None) -> bool:
        """Wait for a turn; False when `cancelled()` became true first (looked at ten times a second).

        `told` is called in this thread with the place in the queue, from 1, at first and whenever it changes.
        """
        mine, place = threading.Event(), 0
        self.ask(key, owner, mine.set)
        try:
            while not mine.wait(0 if not place else 0.1):
                if cancelled():
                    break
                if (now := self.place(key)) != place and now:
                    place = now
                    told(place)
            else:
                return True
        except BaseException:  # the page that waits was closed, or drawn anew
            self._drop(key)
            raise
        self._drop(key)
        return False

    def _drop(self, key: str) -> None:
        if not self.leave(key):
            self.give_back(key)

    def give_back(self, key: str) -> None:
        """Let the next one train. Harmless when `key` holds no turn."""
        with self._lock:
            self._holding.discard(key)
        self._deal()

    @property
    def held(self) -> frozenset[str]:
        """The keys that hold a turn."""
        with self._lock:
            return frozenset(self._holding)

    def place(self, key: str) -> int:
        """The place of `key` among those that wait, from 1; 0 when it does not wait."""
        return self.places().get(key, 0)

    def places(self) -> dict[str, int]:
        """The places of all that wait, from 1, in the order in which they will be served. Computed once for each change of the queue."""
        with self._lock:
            if self._places is None:
                self._places = {key: place for place, key in enumerate(self._order(), 1)}
            return self._places

    def _deal(self) -> None:
        """Give free turns to those whose they are, and tell them outside the lock: they may start threads or ask again."""
        called = []
        with self._lock:
            while self._waiting and len(self._holding) < self.limit:
                key = min(self._waiting, key=lambda key: self._served.get(self._waiting[key][0], 0))  # the first of equals
                owner, ready = self._waiting.pop(key)
                self._holding.add(key)
                self._count += 1
                self._note(owner)
                self._places = None
                called.append(ready)
        for ready in called:
            ready()

    def _note(self, owner: str) -> None:
        self._served.pop(owner, None)
        self._served[owner] = self._count
        if len(self._served) > REMEMBERED:
            needed = {owner, *(other for other, _ in self._waiting.values())}
            self._served.pop(next((other for other in self._served if other not in needed), None), None)

    def _order(self) -> list[str]:
        """All that wait, as `_deal` will serve them: n steps for n keys, each logarithmic in the number of owners."""
        lines: dict[str, deque[tuple[int, str]]] = {}
        for arrival, (key, (owner, _)) in enumerate(self._waiting.items()):
            lines.setdefault(owner, deque()).append((arrival, key))
        heap = [(self._served.get(owner, 0), line[0][0], owner) for owner, line in lines.items()]
        heapq.heapify(heap)
        order, count = [], self._count
        while heap:
            owner = heapq.heappop(heap)[2]
            order.append(lines[owner].popleft()[1])
            count += 1
            if lines[owner]:
                heapq.heappush(heap, (count, lines[owner][0][0], owner))
        return order
