"""The training process: hosts the engine of threads for a server, obeys it over a pair of pipes, and ends when the server does.

Started by `core.training.engines.process` as `python -m core.training.engines.child`, with its settings as the first line it reads.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil

from core.errors import LabError
from core.files import mark_in_use
from core.log import open_log
from core.training.config import RunConfig
from core.training.engines.channel import GoneError, Pipe, serve
from core.training.engines.contract import Order
from core.training.engines.differences import difference
from core.training.engines.threads import ThreadEngine
from core.training.history import Snapshot
from core.training.runs.store import Store

LOOK = 0.05  # seconds between two looks for news
NEWS = 0.2  # seconds at least between two snapshots of a run, unless somebody has just steered it
AT_ONCE = 16  # requests that are answered at the same time
NICENESS = 10  # how much the server goes first


class Host:
    """The engine of threads, and what of it the server is told."""

    def __init__(self, store: Store, pipe: Pipe, **settings: Any) -> None:
        self._pipe = pipe
        self._told: dict[str, tuple[Snapshot, float]] = {}  # what the server knows of each run, and since when
        self._queue: tuple[list[str], bool] = ([], False)
        self._lock = threading.Lock()
        self.engine = ThreadEngine(store, on_end=self._ended, **settings)

    # -- requests ---------------------------------------------------------------------------------------------------

    def answer(self, name: str, *values: Any) -> Any:
        """What the server has asked for."""
        return getattr(self, f"do_{name}")(*values)

    def do_check(self, flat: dict[str, Any]) -> None:
        self.engine.check(RunConfig.of(**flat))

    def do_hold(self, run_id: str) -> None:
        self.engine.hold(run_id)

    def do_release(self, run_id: str) -> None:
        self.engine.release(run_id)

    def do_start(self, snapshot: Snapshot, owner: str, paused: bool) -> None:
        order = Order(snapshot, RunConfig.of(**snapshot.config), owner, paused)
        with self._lock:
            self._told[snapshot.run_id] = (order.first, 0.0)
        self.engine.start(order)
        self._tell(snapshot.run_id)

    def do_wish(self, run_id: str, wish: str, *values: Any) -> bool:
        done = self.engine.wish(run_id, wish, *values)
        self._tell(run_id)
        return done

    def do_ask(self, key: str, owner: str) -> None:
        self.engine.turns.ask(key, owner, lambda: self._say("turn", key))

    def do_give_back(self, key: str) -> None:
        self.engine.turns.drop(key)

    def do_shutdown(self) -> None:
        self.engine.shutdown()
        self.engine.store.close()

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

    def _say(self, *message: Any) -> None:
        try:
            self._pipe.send(*message)
        except GoneError:
            end()


def end() -> None:
    """Leave at once: the server has gone, so nobody shall go on with what it began. The next start finds the runs interrupted."""
    os._exit(1)


def main() -> None:
    """Serve the engine until the server shuts it down or has gone."""
    settings = json.loads(sys.stdin.buffer.readline())
    pipe = Pipe(sys.stdin.buffer, _own_output())
    for name in ("SIGINT", "SIGTERM"):  # sent to the server as well, which then lets the runs end
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    sys.setswitchinterval(0.0005)  # requests are answered while a run trains
    home = Path(settings.pop("home"))
    open_log(home)
    mark_in_use(home)
    try:
        host = Host(Store(home), pipe, **settings)
    except LabError as error:
        pipe.send("refused", error)
        return
    pipe.send("ready", os.getpid())
    threading.Thread(target=host.watch, name="lab news", daemon=True).start()
    threading.Thread(target=get_ready, name="lab get ready", daemon=True).start()
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="lab request", initializer=go_behind)  # threads that train come from these
    serve(pipe, host.answer, pool.submit)
    end()


def go_behind() -> None:
    """Let the server go first from now on: before this thread and all that it will start (on Linux; else before the whole process)."""
    if os.name == "nt":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)


def get_ready() -> None:
    """Load what the first run would else wait for."""
    from core.training.runs import worker  # noqa: F401 - brings torch
    from core.training.runs.footprint import footprint

    footprint(RunConfig.of())  # torch loads what it counts with at the first estimate


def _own_output() -> Any:
    """The way to the server; whatever is printed goes where errors go."""
    own = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return own


if __name__ == "__main__":
    main()
