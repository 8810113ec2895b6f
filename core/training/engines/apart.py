"""The engine whose runs train each in a process of its own, on whatever machine; one `Turns` for all of them decides who trains."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace

from core.errors import LabError, StoreError
from core.training.config import RunConfig
from core.training.engines.contract import WISHES, Engine, Order, Size, WorkerLine
from core.training.engines.distant import DistantEngine
from core.training.engines.host_elsewhere import HostElsewhere
from core.training.engines.threads import STOPPED
from core.training.history import ACTIVE, Snapshot
from core.training.runs.claims import elsewhere
from core.training.runs.store import Store
from core.training.runs.turns import Turns

Reach = Callable[[str, Callable[..., object]], HostElsewhere]  # a host for the run of that id, which tells its news to the function
AT_ONCE = 32  # hosts that are left at the same time when the lab is stopped

log = logging.getLogger(__name__)


class OneRun(DistantEngine):
    """Follows the one run of a host."""

    def __init__(self, store: Store, run_id: str, reach: Reach, on_end: Callable[[Snapshot], object]) -> None:
        super().__init__(store, on_end=on_end)
        self._run_id, self._reach_one = run_id, reach

    def _reach(self) -> HostElsewhere:
        return self._reach_one(self._run_id, self._hear)

    def workers(self) -> list[WorkerLine]:
        return self._request("workers")


@dataclass
class Apart:
    """A run: its order, what was wished of it before it had a host, and its newest snapshot with a version of this engine's own.

    The versions of hosts are no help: a run that goes on in another one begins to count anew.
    """

    order: Order
    snapshot: Snapshot
    one: OneRun
    has_host: bool = False
    wishes: list[tuple] = field(default_factory=list)
    seen: Snapshot | None = None  # what the last version was made of
    lock: threading.Lock = field(default_factory=threading.Lock)
    gone: threading.Event = field(default_factory=threading.Event)

    def newest(self) -> Snapshot:
        """Its newest snapshot: the same object as long as nothing is new."""
        with self.lock:
            now = self.one.published(self.order.run_id) if self.has_host else None
            if now is not None and not _same(now, self.seen):
                self.seen = now
                self.snapshot = replace(now, version=self.snapshot.version + 1)
            return self.snapshot

    def change(self, **changes: object) -> Snapshot:
        """Its next snapshot, made here."""
        with self.lock:
            self.snapshot = replace(self.snapshot, version=self.snapshot.version + 1, **changes)
            return self.snapshot


def _same(now: Snapshot, seen: Snapshot | None) -> bool:
    return seen is not None and (now is seen or (now.version, now.status, now.message) == (seen.version, seen.status, seen.message))


class ApartEngine(Engine):
    """Gives a run a host of its own (`reach`) when its first turn has come, and lets that go when the run has ended.

    `turns` decides who trains; the threads of the hosts ask it again when a run was paused, or its slice was over.
    `on_end(snapshot)` is called when a run has ended.
    """

    def __init__(self, store: Store, *, turns: Turns, reach: Reach, on_end: Callable[[Snapshot], object] = lambda snapshot: None) -> None:
        self.store, self.turns, self._reach, self._on_end = store, turns, reach, on_end
        self._runs: dict[str, Apart] = {}
        self._held: set[str] = set()
        self._closing = threading.Event()
        self._lock = threading.Lock()

    # -- starting ---------------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        pass  # each host prepares itself

    def check(self, config: RunConfig) -> None:
        from core.training.runs.fitting import check_fits  # torch

        check_fits(config, self.store.home)

    def size(self, config: RunConfig) -> Size:
        from core.training.runs.footprint import size_of_run  # torch

        return size_of_run(config)

    def hold(self, run_id: str) -> None:
        with self._lock:
            if run_id in self._held or run_id in self._runs:
                raise StoreError(elsewhere(run_id))
            self._held.add(run_id)

    def release(self, run_id: str) -> None:
        self._held.discard(run_id)

    def claim_if_left(self, run_id: str) -> Callable[[], object] | None:
        try:
            self.hold(run_id)
        except StoreError:
            return None
        return lambda: self.release(run_id)

    def start(self, order: Order) -> None:
        run_id = order.run_id
        apart = Apart(order, order.first, OneRun(self.store, run_id, self._reach, self._ended))
        self._runs[run_id] = apart
        self._held.discard(run_id)
        self.turns.ask(run_id, order.owner, lambda: self._in_thread(self._launch, apart), loads=True)

    def _in_thread(self, work: Callable[..., object], *values: object) -> None:
        threading.Thread(target=work, args=values, name="lab run apart", daemon=True).start()

    def _launch(self, apart: Apart) -> None:
        """Give a run whose turn has come a host, and pass on what was wished of it meanwhile."""
        apart.change(status="loading", message="Waiting for a free machine")
        try:
            apart.one.start(apart.order)
        except LabError as error:
            log.exception("Run %s could not start", apart.order.run_id)
            if not self._closing.is_set():
                self._end_here(apart, "failed", error.for_others)
            return
        while not apart.has_host:  # wishes that come meanwhile wait behind the earlier ones
            with apart.lock:
                wishes, apart.wishes = apart.wishes, []
                apart.has_host = not wishes
            for wish, *values in wishes:
                with suppress(LabError):
                    apart.one.wish(apart.order.run_id, wish, *values)

    # -- ending -----------------------------------------------------------------------------------------------------

    def _ended(self, snapshot: Snapshot) -> None:
        """A run has ended in its host."""
        apart = self._runs[snapshot.run_id]
        self._in_thread(apart.one.shutdown)  # not in this thread, which listens to the host
        self._leave(apart, apart.change(**{name: value for name, value in vars(snapshot).items() if name != "version"}))

    def _end_here(self, apart: Apart, status: str, message: str) -> None:
        """End a run that has no host."""
        try:
            self.store.update(apart.order.run_id, status=status, message=message)
        except LabError:
            log.exception("The end of run %s could not be kept", apart.order.run_id)
        self._leave(apart, apart.change(status=status, message=message, place=0))

    def _leave(self, apart: Apart, last: Snapshot) -> None:
        run_id = apart.order.run_id
        self.turns.drop(run_id)
        self.turns.unload(run_id)
        try:
            self._on_end(last)
        finally:
            self._runs.pop(run_id, None)
            apart.gone.set()

    # -- looking ----------------------------------------------------------------------------------------------------

    def __contains__(self, run_id: object) -> bool:
        return run_id in self._runs or run_id in self._held

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._runs))

    def snapshot(self, run_id: str) -> Snapshot | None:
        now = self.published(run_id)
        return replace(now, place=self.turns.place(run_id)) if now and now.status == "queued" else now

    def published(self, run_id: str) -> Snapshot | None:
        apart = self._runs.get(run_id)
        return apart.newest() if apart else None

    def owner(self, run_id: str) -> str:
        apart = self._runs.get(run_id)
        return apart.order.owner if apart else ""

    def workers(self) -> list[WorkerLine]:
        lines = []
        for apart in list(self._runs.values()):
            with suppress(LabError):  # a host that has just gone
                lines += apart.one.workers() if apart.has_host else []
        return lines

    def places(self) -> dict[str, int]:
        return self.turns.places()

    @property
    def training(self) -> bool:
        return any(key in self._runs for key in self.turns.held)

    # -- steering ---------------------------------------------------------------------------------------------------

    def wish(self, run_id: str, wish: str, *values: object) -> bool:
        assert wish in WISHES, wish
        apart = self._runs.get(run_id)
        if not apart or apart.newest().status not in ACTIVE:
            return False
        if wish == "next":  # turns are dealt out here
            self.turns.put_first(run_id)
            return True
        with apart.lock:
            has_host = apart.has_host
            leaves = not has_host and wish == "stop" and self.turns.leave(run_id)
            if not has_host and not leaves:
                apart.wishes.append((wish, *values))
        if leaves:
            self._end_here(apart, *(values or ("stopped", "")))
        return not has_host or apart.one.wish(run_id, wish, *values)

    def halt(self, but: Collection[str] | None) -> None:
        self.turns.halt(but)

    def join(self, run_id: str, timeout: float | None = None) -> bool:
        apart = self._runs.get(run_id)
        return apart is None or apart.gone.wait(timeout)

    def turn(self, owner: str, cancelled: Callable[[], bool], told: Callable[[int], object]) -> AbstractContextManager[None]:
        return self.turns.measuring(owner, cancelled=lambda: self._closing.is_set() or cancelled(), told=told)

    # -- the end ----------------------------------------------------------------------------------------------------

    def shutdown(self) -> None:
        self._closing.set()
        runs = list(self._runs.values())
        waiting = [apart for apart in runs if not apart.has_host and self.turns.leave(apart.order.run_id)]
        if waiting:
            try:
                self.store.update_all([apart.order.run_id for apart in waiting], status="interrupted", message=STOPPED)
            except LabError:
                log.exception("The end of %d waiting runs could not be kept", len(waiting))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda apart: apart.one.shutdown(), runs))
        for apart in runs:
            self._runs.pop(apart.order.run_id, None)
            apart.gone.set()
