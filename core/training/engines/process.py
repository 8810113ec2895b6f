"""The engine of a server: its runs train in a process of their own, which the server starts and supervises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.cores import given
from core.errors import LabError
from core.training.engines.distant import DistantEngine
from core.training.engines.host_elsewhere import HostElsewhere
from core.training.engines.spawned import Spawned
from core.training.history import Snapshot
from core.training.runs.store import Store


class ProcessEngine(DistantEngine):
    """Trains in one process, which ends with this one. `settings` are those of `ThreadEngine`, which runs there."""

    def __init__(self, store: Store, *, on_end: Callable[[Snapshot], object] = lambda snapshot: None, **settings: Any) -> None:
        super().__init__(store, on_end=on_end)
        self._settings = {"home": str(store.home), "cores": given(), **settings}
        self._lost = False  # the process could not be started when it was last tried

    def _reach(self) -> Spawned:
        return Spawned(self._settings, self._hear)

    def _new_host(self) -> HostElsewhere:
        try:
            host = super()._new_host()
        except LabError:
            self._lost = True
            raise
        self._lost = False
        return host

    @property
    def alive(self) -> bool:
        host = self._host
        return not self._lost and (host is None or not host.has_ended)
