"""An engine that serves others than this process: answers what servers ask of it, and tells them what changes, a few times a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from core.training.config import RunConfig
from core.training.engines.contract import Engine, Order, Size, WorkerLine
from core.training.engines.differences import difference
from core.training.history import Snapshot

LOOK = 0.05  # seconds between two looks for news
NEWS = 0.2  # seconds at least between two snapshots of a run, unless somebody has just steered it


class Host:
    """An engine, made by `make(on_end=...)`, and what of it the servers are told: `say(name, *values)` sends that to all of them."""

    def __init__(self, make: Callable[..., Engine], say: Callable[..., object]) -> None:
        self._say = say
        self._told: dict[str, tuple[Snapshot, float]] = {}  # what the server knows of each run, and since when
        self._queue: tuple[list[str], bool] = ([], False)
        self._lock, self._beginning = threading.Lock(), threading.Lock()
        self.engine = make(on_end=self._ended)

    # -- requests ---------------------------------------------------------------------------------------------------

    def answer(self, name: str, *values: Any) -> Any:
        """What the server has asked for."""
        return getattr(self, f"do_{name}")(*values)

    def do_check(self, flat: dict[str, Any]) -> None:
        self.engine.check(RunConfig.of(**flat))

    def do_size(self, flat: dict[str, Any]) -> Size:
        return self.engine.size(RunConfig.of(**flat))

    def do_hold(self, run_id: str) -> None:
        self.engine.hold(run_id)

    def do_release(self, run_id: str) -> None:
        self.engine.release(run_id)

    def do_start(self, snapshot: Snapshot, owner: str, paused: bool) -> None:
        order = Order(snapshot, RunConfig.of(**snapshot.config), owner, paused)
        with self._lock:
            self._begin(order)
        self.engine.start(order)
        self._tell(snapshot.run_id)

    def do_again(self, snapshot: Snapshot, owner: str, paused: bool, why: str) -> None:
        """Let a run go on whose process has died, as `why` says; nothing when another server was faster."""
        with self._beginning:
            if (run_id := snapshot.run_id) in self.engine:
                return
            self.engine.hold(run_id)
            try:
                self.engine.store.update(run_id, status="queued", message=why)
                self.do_start(snapshot, owner, paused)
            except BaseException:
                self.engine.release(run_id)
                raise

    def do_wish(self, run_id: str, wish: str, *values: Any) -> bool:
        done = self.engine.wish(run_id, wish, *values)
        self._tell(run_id)
        return done

    def do_halt(self, but: tuple[str, ...] | None) -> None:
        self.engine.halt(but)

    def do_workers(self) -> list[WorkerLine]:
        return self.engine.workers()

    def do_ask(self, key: str, owner: str) -> None:
        self.engine.turns.ask(key, owner, lambda: self._say("turn", key))

    def do_give_back(self, key: str) -> None:
        self.engine.turns.drop(key)

    def do_shutdown(self) -> None:
        self.engine.shutdown()
        self.engine.store.close()

    def _begin(self, order: Order) -> None:
        """Tell of a run from now on; the lock is held."""
        self._told[order.run_id] = (order.first, 0.0)

    # -- news -------------------------------------------------------------------------------------------------------

    def watch(self) -> None:
        """Tell the server what has changed, a few times a second."""
        while True:
            now = time.monotonic()
            for run_id in self.engine:
                if now - self._told.get(run_id, (None, 0.0))[1] >= NEWS:
                    self._tell(run_id)
            queue = (list(self.engine.places()), self.engine.training)
            if queue != self._queue:
                self._queue = queue
                self._say("queue", *queue)
            time.sleep(LOOK)

    def _tell(self, run_id: str) -> None:
        if (now := self.engine.published(run_id)) is not None:
            self._send(now)

    def _send(self, now: Snapshot) -> None:
        with self._lock:
            before, _ = self._told.get(now.run_id, (None, 0.0))
            if before is None or before.version >= now.version:
                return
            self._told[now.run_id] = (now, time.monotonic())
            self._say("news", now.run_id, difference(before, now))

    def _ended(self, snapshot: Snapshot) -> None:
        self._send(snapshot)
        with self._lock:
            self._told.pop(snapshot.run_id, None)
        self._say("ended", snapshot.run_id)
