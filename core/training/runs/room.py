"""How many runs may wait: some of one person, and some of all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.errors import ConfigError
from core.home import number_setting

if TYPE_CHECKING:
    from core.training.engines.contract import Engine

MAX_WAITING = 5  # runs of one person that wait or are paused; LAB_MAX_WAITING sets another number, 0 for no limit
MAX_WAITING_ALL = 200  # those of all; LAB_MAX_WAITING_ALL
WAITING = ("queued", "paused")  # a paused run is in memory, and goes on at a click


class Room:
    """Room for one more run of an owner while it is started: `with room("ann"):`. An owner "" needs none: it is the command line."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._one, self._all = (
            int(number_setting("LAB_MAX_WAITING", MAX_WAITING)),
            int(number_setting("LAB_MAX_WAITING_ALL", MAX_WAITING_ALL)),
        )
        self._starting: list[str] = []  # owners of runs that are just being started
        self._lock = threading.Lock()

    @contextmanager
    def __call__(self, owner: str) -> Iterator[None]:
        """Raises ConfigError if too many runs wait already."""
        with self._lock:
            waiting = [*self._waiting(), *self._starting]
            if owner and self._one and waiting.count(owner) >= self._one:
                raise ConfigError(f"You have {self._one} runs waiting or paused already: stop one of them, or wait until one has trained.")
            if owner and self._all and len(waiting) >= self._all:
                raise ConfigError(f"{self._all} runs wait already, which is all that this lab takes: try again when some have trained.")
            self._starting.append(owner)
        try:
            yield
        finally:
            with self._lock:
                self._starting.remove(owner)

    def _waiting(self) -> Iterator[str]:
        """The owners of the runs that wait."""
        for run_id in self._engine:
            now = self._engine.snapshot(run_id)
            if now and now.status in WAITING:
                yield self._engine.owner(run_id)
