"""An engine whose runs train elsewhere, in a process of their own: a server never feels them, and outlives them.

When that process dies, by a kill or for lack of memory, another one is reached. What waited, waits on; what trained goes on from its last
complete epoch by itself, once. A run in which it dies a second time in the same place is interrupted, and says so.
"""

from __future__ import annotations

import logging
import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from typing import Any

from core.errors import BusyError, CancelledError, LabError, StoreError
from core.training.config import RunConfig
from core.training.engines.contract import WISHES, Engine, Order, Size
from core.training.engines.differences import applied
from core.training.engines.followed import Followed
from core.training.engines.host_elsewhere import GoneError, HostElsewhere
from core.training.engines.measurements import Measurements
from core.training.engines.patience import LOOK, PATIENCE, patiently
from core.training.history import Snapshot
from core.training.runs.claims import claim_if_left
from core.training.runs.store import Store

STARTING = 300.0  # seconds that the process may take until it says that it is ready
STOPPING = 20.0  # seconds that its runs may take to end when the lab is stopped
DIED = "{why}, so this run goes on from its last complete epoch"
TWICE = (
    "{why} twice in the same place of this run, so it was not tried a third time. Every complete epoch is kept. "
    "Continue tries once more; should memory be the reason, start a new run with a smaller batch_size or a smaller model."
)

log = logging.getLogger(__name__)


class DistantEngine(Engine):
    """Trains the runs of `store`'s home in another process, which is reached when it is first needed (or by `prepare`).

    `on_end(snapshot)` is called when a run has ended.
    """

    def __init__(self, store: Store, *, on_end: Callable[[Snapshot], object] = lambda snapshot: None) -> None:
        self.store, self._on_end = store, on_end
        self._runs: dict[str, Followed] = {}
        self._places: dict[str, int] = {}
        self._training = False
        self._but: tuple[str, ...] | None = None  # the only owners that are given turns
        self._host: HostElsewhere | None = None
        self._closing = threading.Event()
        self._measurements = Measurements(self._request, place=lambda key: self._places.get(key, 0), closing=self._closing)
        self._starting = threading.RLock()  # held while a host is reached and given its runs

    FAREWELL = "shutdown"  # what the host is asked for when this engine ends

    @abstractmethod
    def _reach(self) -> HostElsewhere:
        """Another host, which tells its news to `self._hear`. Raises StoreError when there can be none."""

    # -- the process ------------------------------------------------------------------------------------------------

    @property
    def pid(self) -> int | None:
        """The number of the process where runs train; None while there is none."""
        host = self._host
        return host.pid if host else None

    def prepare(self) -> HostElsewhere:
        """The process, which is started if there is none. Raises StoreError when that is not possible."""
        with self._starting:
            if self._closing.is_set():
                raise CancelledError("The lab is being stopped, so nothing new can train.")
            if self._host is None:
                self._host = self._new_host()
                if self._but is not None:
                    with suppress(GoneError):  # of the next one it is asked again
                        self._host.request("halt", self._but, timeout=PATIENCE)
            return self._host

    def _new_host(self) -> HostElsewhere:
        host = self._reach()
        threading.Thread(target=self._listen, args=(host,), name="lab training process", daemon=True).start()
        end = time.monotonic() + STARTING
        while not host.ready.wait(LOOK):
            if host.has_ended or time.monotonic() > end or self._closing.is_set():
                host.end()
                raise host.refusal or StoreError("The training process could not be started, as the log says: start the lab again.")
        return host

    def _listen(self, host: HostElsewhere) -> None:
        host.listen()
        why = host.ending()
        try:
            if host.ready.is_set() and not self._closing.is_set():
                self._begin_again(why)
        finally:
            host.recovered.set()

    def _request(self, name: str, *values: Any) -> Any:
        """What the process answers; if it dies meanwhile, what the next one answers, which has its runs then."""
        for _ in range(3):
            try:
                return self._ask(name, *values)
            except GoneError:
                continue
        raise StoreError("The training process ended several times when it was asked for this. Details are in the log of the lab.")

    def _ask(self, name: str, *values: Any) -> Any:
        """What the process answers. Raises GoneError when it dies first, and another one has its runs."""
        host = self.prepare()
        try:
            return host.request(name, *values, timeout=PATIENCE)
        except TimeoutError as error:
            raise BusyError("The training process is too busy to answer. Nothing is lost; try again in a minute.") from error
        except GoneError:
            host.recovered.wait()
            raise

    # -- what it says -----------------------------------------------------------------------------------------------

    def _hear(self, name: str, *values: Any) -> None:
        getattr(self, f"_on_{name}")(*values)

    def _on_news(self, run_id: str, changes: dict[str, Any]) -> None:
        if kept := self._runs.get(run_id):
            kept.snapshot = applied(kept.snapshot, changes)

    def _on_began(self, first: Snapshot, owner: str, paused: bool) -> None:
        """A run that was started, here or by another server; what is said of it later are differences from `first`."""
        order = Order(first, RunConfig.of(**first.config), owner, paused)
        self._runs.setdefault(first.run_id, Followed(order, first, paused)).snapshot = first

    def _on_withdrawn(self, run_id: str) -> None:
        """A run could not be started after all."""
        if kept := self._runs.pop(run_id, None):
            kept.gone.set()

    def _on_wished(self, run_id: str, wish: str) -> None:
        """A run was steered, here or by another server."""
        if wish in ("play", "pause", "step") and (kept := self._runs.get(run_id)):
            kept.paused = wish != "play"

    def _on_queue(self, order: Sequence[str], training: bool) -> None:
        self._places, self._training = {key: place for place, key in enumerate(order, 1)}, training

    def _on_turn(self, key: str) -> None:
        self._measurements.come(key)

    def _on_ended(self, run_id: str) -> None:
        if kept := self._runs.get(run_id):
            self._let_go(kept)

    def _let_go(self, kept: Followed) -> None:
        try:
            self._on_end(kept.snapshot)
        finally:
            self._runs.pop(kept.order.run_id, None)
            kept.gone.set()

    # -- when it has died -------------------------------------------------------------------------------------------

    def _begin_again(self, why: str) -> None:
        """Give the runs of a process that has died to a new one; `why` says how it died."""
        log.error("%s", why)
        self._places, self._training = {}, False
        runs = list(self._runs.values())
        hopeless = [kept for kept in runs if kept.die(DIED.format(why=why))]  # said at once, before the new process is there
        with self._starting:
            self._host = None
            for kept in hopeless:
                self._interrupt(kept, TWICE.format(why=why))
            if runs == hopeless and not self._measurements:
                return
            try:
                self.prepare()
            except LabError as error:
                log.exception("No new training process could be started")
                for kept in list(self._runs.values()):
                    self._interrupt(kept, f"{why}, and could not be started again. {error.for_others}")
                return
            with suppress(GoneError):  # it has died again: then its own listener goes on from here
                for kept in list(self._runs.values()):
                    self._start_again(kept)
                for key, owner in self._measurements.waiting():
                    self._host.request("ask", key, owner)

    def _start_again(self, kept: Followed) -> None:
        run_id, owner = kept.order.run_id, kept.order.owner
        try:
            stored = patiently(lambda: self.store.snapshot(run_id), self._closing)
            kept.order = Order(stored, RunConfig.of(**stored.config), owner, kept.paused)
            kept.snapshot = kept.order.first
            patiently(lambda: self._host.request("again", stored, owner, kept.paused, kept.why), self._closing)
        except LabError as error:
            log.exception("Run %s could not go on", run_id)
            self._interrupt(kept, f"{kept.why}, but that was not possible. {error.for_others}")

    def _interrupt(self, kept: Followed, message: str) -> None:
        """End a run that cannot go on."""
        run_id = kept.order.run_id
        give_back = claim_if_left(self.store.home / "runs" / run_id)
        try:
            self.store.update(run_id, status="interrupted", message=message)
        except LabError:
            log.exception("The end of run %s could not be kept", run_id)
        finally:
            if give_back:
                give_back()
        kept.snapshot = replace(kept.snapshot, status="interrupted", message=message)
        self._let_go(kept)

    # -- the contract -----------------------------------------------------------------------------------------------

    def check(self, config: RunConfig) -> None:
        self._request("check", config.flat())

    def size(self, config: RunConfig) -> Size:
        return self._request("size", config.flat())

    def hold(self, run_id: str) -> None:
        self._request("hold", run_id)

    def release(self, run_id: str) -> None:
        self._request("release", run_id)

    def claim_if_left(self, run_id: str) -> Callable[[], object] | None:
        return claim_if_left(self.store.home / "runs" / run_id)

    def start(self, order: Order) -> None:
        run_id = order.run_id
        self._runs[run_id] = Followed(order, order.first, order.paused)
        try:
            self._ask("start", order.snapshot, order.owner, order.paused)
        except GoneError:
            pass  # it was given to the next process with the others
        except BaseException:
            self._runs.pop(run_id, None)
            raise

    def __contains__(self, run_id: object) -> bool:
        return run_id in self._runs

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._runs))

    def snapshot(self, run_id: str) -> Snapshot | None:
        if not (kept := self._runs.get(run_id)):
            return None
        now = kept.shown
        return replace(now, place=self._places.get(run_id, 0)) if now.status == "queued" else now

    def published(self, run_id: str) -> Snapshot | None:
        kept = self._runs.get(run_id)
        return kept.shown if kept else None

    def owner(self, run_id: str) -> str:
        kept = self._runs.get(run_id)
        return kept.order.owner if kept else ""

    def wish(self, run_id: str, wish: str, *values: object) -> bool:
        assert wish in WISHES, wish
        if run_id not in self._runs:
            return False
        self._on_wished(run_id, wish)
        return self._request("wish", run_id, wish, *values)

    def halt(self, but: Collection[str] | None) -> None:
        self._but = None if but is None else tuple(but)
        if self._host is not None:  # else it is told when it is there
            self._request("halt", self._but)

    def join(self, run_id: str, timeout: float | None = None) -> bool:
        return (kept := self._runs.get(run_id)) is None or kept.gone.wait(timeout)

    def places(self) -> dict[str, int]:
        return self._places

    @property
    def training(self) -> bool:
        return self._training

    def turn(self, owner: str, cancelled: Callable[[], bool], told: Callable[[int], object]) -> AbstractContextManager[None]:
        return self._measurements.turn(owner, cancelled, told)

    def shutdown(self) -> None:
        self._closing.set()
        with self._starting:
            host, self._host = self._host, None
        if host:
            with suppress(GoneError, TimeoutError, LabError):
                host.request(self.FAREWELL, timeout=STOPPING)
            host.end()
        for kept in list(self._runs.values()):  # those that only waited: their record says it
            self._runs.pop(kept.order.run_id, None)
            kept.gone.set()
