"""The engine whose runs train in threads of this process: for notebooks, tests, the command line, and inside of the other engines."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from core.errors import LabError
from core.training.config import RunConfig
from core.training.engines.contract import WISHES, Engine, Order, Size, WorkerLine
from core.training.engines.workers import WorkerNote
from core.training.history import Snapshot
from core.training.runs.budget import Budget
from core.training.runs.claims import claim, claim_if_left
from core.training.runs.store import Store
from core.training.runs.turns import turns_as_set

if TYPE_CHECKING:
    from core.training.engines.turns_elsewhere import TurnsElsewhere
    from core.training.runs.turns import Turns
    from core.training.runs.worker import Worker

STOPPING = 15.0  # seconds that a shutdown waits for the threads of runs, beside one statement of the database
STOPPED = "The server was stopped. Press Continue to go on from the last complete epoch."

log = logging.getLogger(__name__)


class ThreadEngine(Engine):
    """Trains the runs of `store`'s home in threads, at most `max_active` at a time, one unless given; or as `turns` say.

    `budget`: bytes of checkpoints that are kept. `spare_cores`: cores that the training leaves alone, one for a server in the same process.
    `on_end(snapshot)` is called when a run has ended, in its thread, before the run is not the engine's any more.
    Torch is imported when the first run starts, not before.
    """

    def __init__(
        self,
        store: Store,
        *,
        max_active: int | None = None,
        turns: Turns | TurnsElsewhere | None = None,
        budget: int | None = None,
        spare_cores: int = 0,
        on_end: Callable[[Snapshot], object] = lambda snapshot: None,
    ) -> None:
        self.store, self.spare_cores, self._on_end = store, spare_cores, on_end
        self.turns, self.budget = turns or turns_as_set(max_active or 1), Budget(store, budget)
        self._workers: dict[str, Worker] = {}
        self._locks: dict[str, FileLock] = {}  # of runs that are about to start
        self._closing = threading.Event()
        self._note = WorkerNote(store.home, lambda: [worker.snapshot for worker in list(self._workers.values())])

    # -- starting ---------------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        import core.training.runs.worker  # noqa: F401 - importing it is the point: it brings torch

    def check(self, config: RunConfig) -> None:
        from core.training.runs.fitting import check_fits  # torch

        check_fits(config, self.store.home)

    def size(self, config: RunConfig) -> Size:
        from core.training.runs.footprint import size_of_run  # torch

        return size_of_run(config)

    def hold(self, run_id: str) -> None:
        self._locks[run_id] = claim(self._folder(run_id), make=True)

    def release(self, run_id: str) -> None:
        if lock := self._locks.pop(run_id, None):
            lock.release()

    def claim_if_left(self, run_id: str) -> Callable[[], object] | None:
        return claim_if_left(self._folder(run_id))

    def start(self, order: Order) -> None:
        from core.training.runs.checkpoint import RunFiles
        from core.training.runs.worker import Worker

        run_id = order.run_id
        worker = Worker(
            order.first,
            order.config,
            owner=order.owner,
            files=RunFiles(self._folder(run_id)),
            lock=self._locks.get(run_id) or claim(self._folder(run_id), make=True),
            store=self.store,
            turns=self.turns,
            after_epoch=self.budget.keep,
            after_end=self._forget,
            paused=order.paused,
            spare_cores=self.spare_cores,
        )
        self._workers[run_id] = worker
        try:
            worker.enqueue()
        except BaseException:
            self._workers.pop(run_id, None)
            raise
        self._locks.pop(run_id, None)
        self._note.begin()

    def _forget(self, worker: Worker) -> None:
        self._on_end(worker.snapshot)
        self._drop(worker)

    def _drop(self, worker: Worker) -> None:
        run_id = worker.snapshot.run_id
        if self._workers.get(run_id) is worker:  # and not one that has been resumed meanwhile
            del self._workers[run_id]

    def _folder(self, run_id: str) -> Path:
        return self.store.home / "runs" / run_id

    # -- looking ----------------------------------------------------------------------------------------------------

    def __contains__(self, run_id: object) -> bool:
        return run_id in self._workers

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._workers))

    def snapshot(self, run_id: str) -> Snapshot | None:
        if not (worker := self._workers.get(run_id)):
            return None
        now = worker.snapshot
        return replace(now, place=self.turns.place(run_id)) if now.status == "queued" else now

    def published(self, run_id: str) -> Snapshot | None:
        """The newest snapshot as its thread has published it, without its place."""
        worker = self._workers.get(run_id)
        return worker.snapshot if worker else None

    def owner(self, run_id: str) -> str:
        worker = self._workers.get(run_id)
        return worker.owner if worker else ""

    def workers(self) -> list[WorkerLine]:
        line = self._note.line()
        return [line] if line else []

    def places(self) -> dict[str, int]:
        return self.turns.places()

    @property
    def training(self) -> bool:
        return any(key in self._workers for key in self.turns.held)

    # -- steering ---------------------------------------------------------------------------------------------------

    def wish(self, run_id: str, wish: str, *values: object) -> bool:
        assert wish in WISHES, wish
        worker = self._workers.get(run_id)
        if not worker or not worker.snapshot.active:
            return False
        if wish == "next":
            self.turns.put_first(run_id)
        else:
            (worker.stop if wish == "stop" else getattr(worker.commands, wish))(*values)
        return True

    def halt(self, but: Collection[str] | None) -> None:
        self.turns.halt(but)

    def join(self, run_id: str, timeout: float | None = None) -> bool:
        worker = self._workers.get(run_id)
        return worker is None or worker.join(timeout)

    def turn(self, owner: str, cancelled: Callable[[], bool], told: Callable[[int], object]) -> AbstractContextManager[None]:
        return self.turns.measuring(owner, cancelled=lambda: self._closing.is_set() or cancelled(), told=told)

    # -- the end ----------------------------------------------------------------------------------------------------

    def shutdown(self) -> None:
        self._closing.set()
        end = time.monotonic() + STOPPING
        workers = list(self._workers.values())
        waiting = [worker for worker in workers if worker.withdraw("interrupted", STOPPED)]  # first, or one would start now
        for worker in workers:
            if worker not in waiting:
                worker.stop("interrupted", STOPPED)
        if waiting:
            self._let_go(waiting)
        for worker in workers:
            worker.join(timeout=max(0.0, end - time.monotonic()))
        self._note.close()

    def _let_go(self, workers: list[Worker]) -> None:
        """Write the end of runs that have waited, in one statement, however many they are; if that fails, the next look finds their end."""
        try:
            self.store.update_all([w.snapshot.run_id for w in workers], status="interrupted", message=STOPPED)
        except LabError:
            log.exception("The end of %d waiting runs could not be kept", len(workers))
        for worker in workers:
            self._drop(worker)
            worker.release()
