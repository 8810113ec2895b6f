"""The engine of one of several servers: one desk (`core.training.engines.shared_host.SharedHost`) knows the runs of all of them."""

from __future__ import annotations

from collections.abc import Callable

from core.errors import StoreError
from core.training.engines.contract import WorkerLine
from core.training.engines.distant import DistantEngine


class DeskEngine(DistantEngine):
    """Follows all runs of the desk. When it ends, its runs go on as long as there is another server."""

    FAREWELL = "leave"

    def workers(self) -> list[WorkerLine]:
        return self._request("workers")

    def claim_if_left(self, run_id: str) -> Callable[[], object] | None:
        give_back = super().claim_if_left(run_id)  # of a process that is not of the cluster
        if give_back is None:
            return None
        try:
            self.hold(run_id)
        except StoreError:
            give_back()
            return None

        def both() -> None:
            give_back()
            self.release(run_id)

        return both
