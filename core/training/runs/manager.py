"""All runs of one lab home: hands them to an engine that trains them, hands out snapshots, passes wishes on, finds what was interrupted."""

from __future__ import annotations

import atexit
import math
import numbers
import platform
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.errors import ConfigError, LabError, StoreError
from core.folders import check_open
from core.home import lab_home
from core.hparams import declared
from core.log import open_log
from core.records.shipped import refuse_shipped, shipped_run
from core.text import described, quoted
from core.training.config import RunConfig, TrainingConfig
from core.training.engines.choose import make_engine
from core.training.engines.contract import Order, WorkerLine
from core.training.engines.workers import lines_of
from core.training.history import RunSummary, Snapshot
from core.training.runs.claims import elsewhere
from core.training.runs.kept_runs import KeptRuns
from core.training.runs.records import Records
from core.training.runs.room import Room
from core.training.runs.runs_of_all import RunsOfAll
from core.training.runs.store import State, Store
from core.training.runs.sweeping import delete_run
from core.training.runs.viewers import Viewers

LOOK = 0.2  # seconds between two looks at a run that is waited for


class RunManager(KeptRuns, RunsOfAll):
    """Trains at most `max_active` runs at a time, unless given one, or as many as a cluster has room for; the others wait, users in turn.

    `away_seconds`: a run that somebody watched (`attend`) and nobody has for so long is stopped; None never stops one.
    Runs from the command line are never watched, so they go on.
    `spare_cores`: cores that the training leaves alone, one for a server on the same machine.
    `engine`: where runs train, one of `core.training.engines.choose.ENGINES`; unless given that of LAB_ENGINE, else "thread".
    `notices`: sentences on what had to be done to the database when it was opened.
    Runs that came with the lab are looked at by their ids as its own are; what would change one of them raises ConfigError.
    Epochs count from 0 here, as in `Snapshot.epochs`; in messages they count from 1, as on the pages.
    Torch is imported when the first run starts, not before. Methods raise StoreError or ConfigError with a remedy.
    """

    def __init__(
        self,
        home: str | Path | None = None,
        *,
        max_active: int | None = None,
        budget: int | None = None,
        away_seconds: float | None = None,
        spare_cores: int = 0,
        engine: str = "",
    ) -> None:
        self.home = lab_home(home)
        open_log(self.home)
        self.store = Store(self.home)
        self.notices = tuple(self.store.notices)
        self.engine = make_engine(engine, self.store, max_active=max_active, budget=budget, spare_cores=spare_cores, on_end=self._keep_end)
        self._lock = threading.RLock()
        self._closing = threading.Event()
        whose = {"trains": self.engine.__contains__, "claim": self.engine.claim_if_left}
        self._records = Records(self.store, **whose, lock=self._lock)
        atexit.register(self.shutdown)  # a thread that computes while the interpreter goes would crash the process
        self._room = Room(self.engine)
        self._viewers = Viewers(self.engine, away_seconds, closing=self._closing)

    # -- runs -------------------------------------------------------------------------------------------------------

    def submit(self, config: RunConfig | Mapping[str, Any], *, owner: str = "", paused: bool = False, called: str = "") -> str:
        """Queue a new run; returns its id. `config` may be given as values by name: `submit({"model": "gru", "epochs": 3})`. `paused`: wait
        for `resume` or `step` before the first batch. `called`: a name by which people find it.

        Raises ConfigError when it needs more memory than there is, and when `owner` (a person on a page; "" is the command line, which may
        do more) has too many runs waiting, and DataError when it reads a folder that who asks may not open.
        """
        config = run_config(config)
        check_open(config.folder)
        self.engine.check(config)
        run_id = f"{config.model}-{secrets.token_hex(3)}"
        with self._room(owner):
            self.store.check()  # before a folder is made
            self.engine.hold(run_id)
            try:
                snapshot = self.store.add(run_id, config.flat(), owner, called=called, home=self._records.home_id, host=platform.node())
                self._start(Order(snapshot, config, owner, paused))
            except BaseException:
                self.engine.release(run_id)
                with suppress(LabError):
                    self.store.delete(run_id)
                shutil.rmtree(self._folder(run_id), ignore_errors=True)
                raise
        return run_id

    def resume(self, run_id: str) -> None:
        """Let a paused run go on, or an ended one from its last complete epoch. Raises ConfigError when it is complete."""
        refuse_shipped(run_id, "resumed")
        if (now := self.engine.snapshot(run_id)) and not now.active:
            self.engine.join(run_id, timeout=30)  # it has said that it ended, and is about to leave
        if checked := run_id not in self.engine:
            self._check_can_go_on(run_id)
        with self._lock:
            if self.engine.wish(run_id, "play"):
                return
            if not checked:  # it has ended in this very moment
                self._check_can_go_on(run_id)
            with self._room(self._records.own(run_id).owner):
                self.engine.hold(run_id)
                try:
                    self._go_on(run_id, self.store.state(run_id))
                except BaseException:
                    self.engine.release(run_id)
                    raise

    def _check_can_go_on(self, run_id: str) -> None:
        """Raise what a resume would raise. It may take long, for a model is built without weights, so nobody shall wait for it."""
        self._records.own(run_id)
        config = RunConfig.of(**self._ended(run_id).config)
        check_open(config.folder)
        self.engine.check(config)

    def _ended(self, run_id: str) -> Snapshot:
        """A stored run that nobody trains and that is not complete."""
        snapshot = self.store.snapshot(run_id)
        if snapshot.active:  # its process is dead
            snapshot = replace(snapshot, status="interrupted")
        if not snapshot.resumable:
            raise ConfigError(f"Run {run_id} is complete. Start a new run with more epochs instead.")
        return snapshot

    def _go_on(self, run_id: str, state: State) -> None:
        """Queue a run that has ended; `state` was read while its lock was held, so that nobody but us may write to it."""
        snapshot = self._ended(run_id)
        if not self.store.change(run_id, version=state.version, status="queued", message=""):
            raise StoreError(f"Run {run_id} has just been changed by another process: look at it again.")
        try:
            self._start(Order(snapshot, RunConfig.of(**snapshot.config), state.owner))
        except BaseException:
            with suppress(LabError):
                self.store.update(run_id, status=snapshot.status, message=snapshot.message)
            raise

    def _start(self, order: Order) -> None:
        """Let a run whose record and lock are ready wait for its turn, last of all."""
        with self._lock:
            self._records.forget(order.run_id)
            self._viewers.forget(order.run_id)  # of an earlier life: whoever looks now says so
        self.engine.start(order)

    def pause(self, run_id: str) -> None:
        """Pause at the next batch; others may train meanwhile."""
        self._wish(run_id, "pause")

    def step(self, run_id: str) -> None:
        """Run one batch, then pause."""
        self._wish(run_id, "step")

    def stop(self, run_id: str, why: str = "") -> None:
        """Stop at the next batch. Every complete epoch is kept; `resume` goes on from the last one. `why` is kept with the run."""
        self._wish(run_id, "stop", "stopped", why)

    def set_lr(self, run_id: str, lr: float) -> None:
        """Change the learning rate from the next batch on. Raises ConfigError when it is out of range."""
        if problem := declared(TrainingConfig)["lr"].problem(lr):
            raise ConfigError(problem)
        self._wish(run_id, "set_lr", lr)

    def _wish(self, run_id: str, wish: str, *values: object) -> None:
        refuse_shipped(run_id, "steered")
        if self.engine.wish(run_id, wish, *values) or run_id in self.engine:  # in it, and ended in this very moment
            return
        if self._records.snapshot(run_id).active:
            raise StoreError(self._records.other_home(run_id) or elsewhere(run_id))
        raise ConfigError(f"Run {run_id} does not train at the moment: resume it first.")

    def delete(self, run_id: str) -> None:
        """Stop a run if it trains, and delete its record and checkpoints."""
        refuse_shipped(run_id, "deleted")
        self.engine.wish(run_id, "stop")
        if not self.engine.join(run_id, timeout=30):
            raise StoreError(f"Run {run_id} is in the middle of a long batch and stops after it: delete it then.")
        with self._lock:
            if run_id in self.engine:
                raise StoreError(f"Run {run_id} has just been resumed: stop it first.")
            self._records.own(run_id)
            delete_run(self.store, run_id, self._folder(run_id))
            self._records.forget(run_id)
            self._viewers.forget(run_id)

    # -- looking ----------------------------------------------------------------------------------------------------

    def snapshot(self, run_id: str) -> Snapshot:
        """The run as it is now. Raises StoreError when there is no such run."""
        return shipped_run(run_id) or self.engine.snapshot(run_id) or self._records.snapshot(run_id)

    def runs(self) -> list[RunSummary]:
        """All runs, newest first, as they are now."""
        places, rows = self.engine.places(), []
        for summary in self._records.summaries():
            if now := self.engine.snapshot(summary.run_id):
                summary = replace(summary, status=now.status, place=places.get(summary.run_id, 0))
            rows.append(summary)
        return rows

    def owner(self, run_id: str) -> str:
        """Whose run it is; "" of the command line, and of a run that came with the lab. Raises StoreError when there is no such run."""
        return "" if shipped_run(run_id) else self.engine.owner(run_id) or self.store.owner(run_id)

    def workers(self) -> list[WorkerLine]:
        """A line for every process that trains runs of this home, on whatever machine, the oldest first."""
        lines = {(line.host, line.pid): line for line in (*self.engine.workers(), *lines_of(self.home))}
        return sorted(lines.values(), key=lambda line: line.since)

    @property
    def training(self) -> bool:
        """Whether a run of this manager trains now."""
        return self.engine.training

    def wait(self, run_id: str, timeout: float | None = None) -> Snapshot:
        """Wait until a run has ended, at most `timeout` seconds, and return it as it then is: look at `status`, it may have failed.

        A paused run goes on when `resume` is called, here or elsewhere.
        """
        if timeout is not None and not isinstance(timeout, numbers.Real):
            raise ConfigError(f"A timeout is a number of seconds, or None to wait as long as it takes, not {quoted(timeout)}.")
        end = math.inf if timeout is None else time.monotonic() + timeout
        while (now := self.snapshot(run_id)).active and (left := end - time.monotonic()) > 0:
            if run_id in self.engine:
                self.engine.join(run_id, timeout=min(left, LOOK))
            else:
                time.sleep(min(left, LOOK))  # another process trains it
        return now

    @contextmanager
    def turn(
        self,
        owner: str = "",
        *,
        cancelled: Callable[[], bool] = lambda: False,
        told: Callable[[int], object] = lambda place: None,
    ) -> Iterator[None]:
        """Hold a turn while the body runs, having waited for it in the queue as a run does: for what computes much, such as a forecast.

        `told(place)` is called at first and whenever the place in the queue (from 1) changes. Raises CancelledError when `cancelled()`
        became true, or the lab was stopped, before the turn came.
        """
        with self.engine.turn(owner, cancelled, told):
            yield

    # -- viewers ----------------------------------------------------------------------------------------------------

    def attend(self, run_id: str) -> None:
        """Note that somebody watches the run; a page that shows it calls this with every tick."""
        self._viewers.attend(run_id)

    def shutdown(self) -> None:
        """Stop all runs so that the next start finds them interrupted, and wait a few seconds for that. Done again, it does nothing."""
        atexit.unregister(self.shutdown)
        self._closing.set()
        self.engine.shutdown()
        self.store.close()

    # -- helpers ----------------------------------------------------------------------------------------------------

    def _keep_end(self, snapshot: Snapshot) -> None:
        self._records.keep_end(snapshot)

    def _folder(self, run_id: str) -> Path:
        return self._records.folder(run_id)


def run_config(config: RunConfig | Mapping[str, Any]) -> RunConfig:
    """What a script names as its run: a config, or the values of one by name. Raises ConfigError for everything else."""
    if isinstance(config, RunConfig):
        return config
    if not isinstance(config, Mapping):
        raise ConfigError(f"A run is told by a RunConfig, such as RunConfig.of(model='gru', epochs=3), not by {described(config)}.")
    return RunConfig.of(**config)
