"""Who may train now. A run holds a turn while it trains; the others wait, and users are served in turn. Waiting costs no thread.

Where others wait, a run gives its turn back after a slice of time and waits again, with its model in memory. So many models may be in
memory and no more: beyond that, runs wait that have not begun. In a class one run of a person waits for the other one to end.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from core import memory
from core.errors import CancelledError
from core.home import number_setting

REMEMBERED = 1000  # users whose last turn is known
SLICE_SECONDS = 4.0  # of a turn where other users wait; LAB_SLICE_SECONDS sets another number, 0 for no slices
MODEL_BYTES = 500 * 10**6  # what one model in memory is taken for, unless LAB_MAX_LOADED says how many there may be


class Waiting(NamedTuple):
    """Somebody in the queue."""

    owner: str
    ready: Callable[[], None]
    loads: bool  # whether its model stays in memory between its turns
    after: int  # it waits for memory: how many models had left it then


class Turns:
    """At most `limit` keys (runs, measurements) hold a turn. When one is given back it goes to the waiting user who was served longest ago.

    A user with one waiting run is therefore never behind the tenth run of another. Of very many users those who were served longest ago
    are forgotten. They still come before all that are remembered, as they did before.

    `slice_seconds`: how long a turn lasts where other users wait (see `core.training.runs.slices`), 0 for as long as it takes.
    `max_loaded`: models that may be in memory, 0 for any number. `one_each`: while a run of a user trains or waits for its next slice,
    another one of that user that has not begun waits. A paused one keeps nobody waiting. The command line (owner "") may have any number.
    """

    def __init__(self, limit: int = 1, *, slice_seconds: float = 0.0, max_loaded: int = 0, one_each: bool = False) -> None:
        self.limit, self.slice_seconds, self.max_loaded, self.one_each = limit, slice_seconds, max_loaded, one_each
        self._measurements = itertools.count(1)
        self._lock = threading.Lock()
        self._waiting: dict[str, Waiting] = {}  # in order of arrival
        self._holding: dict[str, str] = {}  # key -> owner
        self._loaded: set[str] = set()
        self._first: dict[str, None] = {}  # keys that come before all others, in this order
        self._but: frozenset[str] | None = None  # the only owners that are served, while the others are halted
        self._unloaded = 0  # how many models have left the memory
        self._served: dict[str, int] = {}  # owner -> number of the last turn, ascending
        self._count = 0
        self._places: dict[str, int] | None = {}  # None: the queue has changed since they were computed

    def allow(self, limit: int, max_loaded: int) -> None:
        """Let so many train, and so many models be in memory, from now on; nobody who trains is interrupted."""
        self.limit, self.max_loaded = limit, max_loaded
        self._deal()

    def put_first(self, key: str) -> bool:
        """Let a key that waits have the next turn that becomes free, though another run of its owner trains; False if it does not wait."""
        with self._lock:
            if key not in self._waiting:
                return False
            self._first.setdefault(key)
            self._places = None
        self._deal()
        return True

    def halt(self, but: Collection[str] | None) -> None:
        """Give turns to these owners alone from now on, and to the command line; None: to everybody again. Who trains leaves at the next
        batch.
        """
        with self._lock:
            self._but = None if but is None else frozenset(("", *but))
            self._places = None
        self._deal()

    def halts(self, owner: str) -> bool:
        """Whether runs of an owner are given no turns now."""
        return self._but is not None and owner not in self._but

    def ask(self, key: str, owner: str, ready: Callable[[], None], *, loads: bool = False, after: int = -1) -> None:
        """Queue `key`. When its turn has come `ready()` is called once, in this thread or in that of whoever gives a turn back.
        A turn that it holds is given back in the same moment, so that no other run of its owner can begin in between.

        `loads`: with its turn its model comes into memory, until `unload`. `after`: not before another one has left, see `unload`.
        """
        with self._lock:
            assert key not in self._waiting, key
            self._holding.pop(key, None)
            self._waiting[key] = Waiting(owner, ready, loads, after)
            self._places = None
        self._deal()

    def leave(self, key: str) -> bool:
        """Leave the queue; False when `key` does not wait (any more)."""
        with self._lock:
            self._places = None
            self._first.pop(key, None)
            return self._waiting.pop(key, None) is not None

    def take(
        self,
        key: str,
        owner: str,
        *,
        cancelled: Callable[[], bool],
        told: Callable[[int], object] = lambda place: None,
        loads: bool = False,
        after: int = -1,
    ) -> bool:
        """Wait for a turn, as `ask` does; False when `cancelled()` became true first (looked at ten times a second).

        `told` is called in this thread with the place in the queue, from 1, at first and whenever it changes.
        """
        mine, place = threading.Event(), 0
        self.ask(key, owner, mine.set, loads=loads, after=after)
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
            self.drop(key)
            raise
        self.drop(key)
        return False

    def drop(self, key: str) -> None:
        """Leave the queue, or give a turn back that has come meanwhile."""
        if not self.leave(key):
            self.give_back(key)

    @contextmanager
    def measuring(self, owner: str, *, cancelled: Callable[[], bool], told: Callable[[int], object]) -> Iterator[None]:
        """Hold a turn for a measurement, waited for as `take` does. Raises CancelledError when `cancelled()` became true first."""
        key = f"measurement {next(self._measurements)}"
        if not self.take(key, owner, cancelled=cancelled, told=told):
            raise CancelledError("This measurement was cancelled before its turn came: ask for it again.")
        try:
            yield
        finally:
            self.give_back(key)

    def give_back(self, key: str) -> None:
        """Let the next one train. Harmless when `key` holds no turn."""
        with self._lock:
            if self._holding.pop(key, None) is not None:
                self._places = None
        self._deal()

    def unload(self, key: str) -> int:
        """Note that the model of `key` is not in memory (any more); returns how many have left it. Harmless when it was not."""
        with self._lock:
            if key in self._loaded:
                self._loaded.discard(key)
                self._unloaded += 1
                self._places = None
            count = self._unloaded
        self._deal()
        return count

    def others_leave(self, key: str) -> bool:
        """Whether models of others will leave the memory by themselves: those that train or wait. Paused ones may stay for ever."""
        with self._lock:
            return bool(self._leaving().keys() - {key})

    def others_wait(self, owner: str) -> bool:
        """Whether another user, or a run that was put first, waits for a turn that could be had now."""
        with self._lock:
            return any(self._waiting[key].owner != owner or key in self._first for key in self._possible())

    def _leaving(self) -> dict[str, str]:
        """Models in memory that train, or wait and are not halted, and whose they are."""
        waiting = {key: one.owner for key, one in self._waiting.items() if not self.halts(one.owner)}
        return {key: owner for key, owner in {**waiting, **self._holding}.items() if key in self._loaded}

    def _possible(self) -> list[str]:
        """Those that wait and could have a turn now, in order of arrival. Nobody waits for models that are paused or halted: they might
        wait for ever.
        """
        leaving = self._leaving()
        full = leaving and self.max_loaded and len(self._loaded) >= self.max_loaded
        busy, found = {*leaving.values()} if self.one_each else set(), []
        for key, one in self._waiting.items():
            begins = one.loads and key not in self._loaded
            if self.halts(one.owner) or (begins and (full or (leaving and one.after >= self._unloaded))):
                continue
            if begins and self.one_each and one.owner and key not in self._first:
                if one.owner in busy:
                    continue
                busy.add(one.owner)
            found.append(key)
        return found

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
            while len(self._holding) < self.limit and (possible := self._possible()):
                key = next((key for key in self._first if key in possible), None)
                if key is None:
                    key = min(possible, key=lambda key: self._served.get(self._waiting[key].owner, 0))  # the first of equals
                one = self._waiting.pop(key)
                self._first.pop(key, None)
                self._holding[key] = one.owner
                if one.loads:
                    self._loaded.add(key)
                self._count += 1
                self._note(one.owner)
                self._places = None
                called.append(one.ready)
        for ready in called:
            ready()

    def _note(self, owner: str) -> None:
        self._served.pop(owner, None)
        self._served[owner] = self._count
        if len(self._served) > REMEMBERED:
            needed = {owner, *(one.owner for one in self._waiting.values())}
            self._served.pop(next((other for other in self._served if other not in needed), None), None)

    def _order(self) -> list[str]:
        """All that wait, as `_deal` will serve them, those last that could have no turn now: n steps for n keys, each logarithmic in the
        number of owners.
        """
        possible, served = dict.fromkeys(self._possible()), {}
        return self._in_turn([*possible], served) + self._in_turn([key for key in self._waiting if key not in possible], served)

    def _in_turn(self, keys: list[str], served: dict[str, int]) -> list[str]:
        """Keys as they will be served. `served`: owners that will have been served before, by number, to which those of these are added."""
        count = max(served.values(), default=self._count)
        order = [key for key in self._first if key in keys]
        for key in order:
            count += 1
            served[self._waiting[key].owner] = count
        lines: dict[str, deque[tuple[int, str]]] = {}
        for arrival, key in enumerate(keys):
            if key not in self._first:
                lines.setdefault(self._waiting[key].owner, deque()).append((arrival, key))
        heap = [(served.get(owner, self._served.get(owner, 0)), line[0][0], owner) for owner, line in lines.items()]
        heapq.heapify(heap)
        while heap:
            owner = heapq.heappop(heap)[2]
            order.append(lines[owner].popleft()[1])
            count += 1
            served[owner] = count
            if lines[owner]:
                heapq.heappush(heap, (count, lines[owner][0][0], owner))
        return order


def turns_as_set(limit: int) -> Turns:
    """Turns by the settings LAB_SLICE_SECONDS, LAB_MAX_LOADED and LAB_ONE_EACH. Raises ConfigError when one of them is no number."""
    most = int(number_setting("LAB_MAX_LOADED", 0)) or max(1, memory.free_memory() // MODEL_BYTES)
    slices, one_each = number_setting("LAB_SLICE_SECONDS", SLICE_SECONDS), bool(number_setting("LAB_ONE_EACH", 0))
    return Turns(limit, slice_seconds=slices, max_loaded=most, one_each=one_each)
