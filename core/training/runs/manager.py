"""All runs of one lab home: starts them in threads, hands out snapshots, passes commands on, finds what was interrupted."""

from __future__ import annotations

import atexit
import itertools
import logging
import math
import numbers
import platform
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from core.errors import CancelledError, ConfigError, LabError, StoreError
from core.folders import check_open
from core.home import lab_home, number_setting
from core.hparams import declared
from core.log import open_log
from core.records.shipped import refuse_shipped, shipped_run
from core.text import described, quoted
from core.training.config import RunConfig, TrainingConfig
from core.training.history import RunSummary, Snapshot
from core.training.runs.budget import Budget
from core.training.runs.claims import claim, elsewhere
from core.training.runs.kept_runs import KeptRuns
from core.training.runs.records import Records
from core.training.runs.store import State, Store
from core.training.runs.sweeping import delete_run
from core.training.runs.turns import Turns
from core.training.runs.viewers import Viewers

if TYPE_CHECKING:
    from core.training.runs.worker import Worker

DISK_BUDGET = 2 * 10**9  # bytes of checkpoints; LAB_DISK_BUDGET sets another number
LOOK = 0.2  # seconds between two looks at a run that is waited for
MAX_WAITING = 5  # runs of one person that wait or are paused; LAB_MAX_WAITING sets another number, 0 for no limit
MAX_WAITING_ALL = 200  # those of all; LAB_MAX_WAITING_ALL
STOPPING = 15.0  # seconds that a shutdown waits for the threads of runs, beside one statement of the database
STOPPED = "The server was stopped. Resume goes on from the last complete epoch."

log = logging.getLogger(__name__)


class RunManager(KeptRuns):
    """Trains at most `max_active` runs at a time; the others wait, users in turn.

    `away_seconds`: a run that somebody watched (`attend`) and nobody has for so long is stopped; None never stops one.
    Runs from the command line are never watched, so they go on.
    `spare_cores`: cores that the training leaves alone, one for a server in the same process.
    `notices`: sentences on what had to be done to the database when it was opened.
    Runs that came with the lab are looked at by their ids as its own are; what would change one of them raises ConfigError.
    Epochs count from 0 here, as in `Snapshot.epochs`; in messages they count from 1, as on the pages.
    Torch is imported when the first run starts, not before. Methods raise StoreError or ConfigError with a remedy.
    """

    def __init__(
        self,
        home: str | Path | None = None,
        *,
        max_active: int = 1,
        budget: int | None = None,
        away_seconds: float | None = None,
        spare_cores: int = 0,
    ) -> None:
        self.home = lab_home(home)
        open_log(self.home)
        self.store = Store(self.home)
        self.notices = tuple(self.store.notices)
        self._budget = Budget(self.home / "runs", budget or int(number_setting("LAB_DISK_BUDGET", DISK_BUDGET)))
        self._limits = int(number_setting("LAB_MAX_WAITING", MAX_WAITING)), int(number_setting("LAB_MAX_WAITING_ALL", MAX_WAITING_ALL))
        self.spare_cores = spare_cores
        self._turns = Turns(max_active)
        self._workers: dict[str, Worker] = {}
        self._starting: list[str] = []  # owners of runs that are just being started
        self._measurements = itertools.count(1)
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._records = Records(self.store, trains=self._workers.__contains__, lock=self._lock)
        atexit.register(self.shutdown)  # a thread that computes while the interpreter goes would crash the process
        self._viewers = Viewers(self._workers, away_seconds, closing=self._closing)

    # -- runs -------------------------------------------------------------------------------------------------------

    def submit(self, config: RunConfig | Mapping[str, Any], *, owner: str = "", paused: bool = False) -> str:
        """Queue a new run; returns its id. `config` may be given as values by name: `submit({"model": "gru", "epochs": 3})`. `paused`: wait
        for `resume` or `step` before the first batch.

        Raises ConfigError when it needs more memory than there is, and when `owner` (a person on a page; "" is the command line, which may
        do more) has too many runs waiting, and DataError when it reads a folder that who asks may not open.
        """
        config = run_config(config)
        check_open(config.folder)
        _check_fits(config, self.home)
        run_id = f"{config.model}-{secrets.token_hex(3)}"
        with self._room(owner):
            self.store.check()  # before a folder is made
            lock = claim(self._folder(run_id), make=True)
            try:
                snapshot = self.store.add(run_id, config.flat(), owner, home=self._records.home_id, host=platform.node())
                self._launch(snapshot, config, owner, lock, paused)
            except BaseException:
                lock.release()
                with suppress(LabError):
                    self.store.delete(run_id)
                shutil.rmtree(self._folder(run_id), ignore_errors=True)
                raise
        return run_id

    def resume(self, run_id: str) -> None:
        """Let a paused run go on, or an ended one from its last complete epoch. Raises ConfigError when it is complete."""
        refuse_shipped(run_id, "resumed")
        worker = self._workers.get(run_id)
        if worker and not worker.snapshot.active:
            worker.join(timeout=30)  # it has said that it ended, and is about to leave
        if checked := run_id not in self._workers:
            self._check_can_go_on(run_id)
        with self._lock:
            if worker := self._workers.get(run_id):
                worker.commands.play()
                return
            if not checked:  # it has ended in this very moment
                self._check_can_go_on(run_id)
            with self._room(self._records.own(run_id).owner):
                lock = claim(self._folder(run_id), make=True)
                try:
                    self._go_on(run_id, self.store.state(run_id), lock)
                except BaseException:
                    lock.release()
                    raise

    def _check_can_go_on(self, run_id: str) -> None:
        """Raise what a resume would raise. It may take long, for a model is built without weights, so nobody shall wait for it."""
        self._records.own(run_id)
        config = RunConfig.of(**self._ended(run_id).config)
        check_open(config.folder)
        _check_fits(config, self.home)

    def _ended(self, run_id: str) -> Snapshot:
        """A stored run that no thread trains and that is not complete."""
        from dataclasses import replace

        snapshot = self.store.snapshot(run_id)
        if snapshot.active:  # its process is dead
            snapshot = replace(snapshot, status="interrupted")
        if not snapshot.resumable:
            raise ConfigError(f"Run {run_id} is complete. Start a new run with more epochs instead.")
        return snapshot

    def _go_on(self, run_id: str, state: State, lock: FileLock) -> None:
        """Queue a run that has ended; `state` was read while its `lock` was held, so that nobody but us may write to it."""
        snapshot = self._ended(run_id)
        config = RunConfig.of(**snapshot.config)
        if not self.store.change(run_id, version=state.version, status="queued", message=""):
            raise StoreError(f"Run {run_id} has just been changed by another process: look at it again.")
        try:
            self._launch(snapshot, config, state.owner, lock, paused=False)
        except BaseException:
            with suppress(LabError):
                self.store.update(run_id, status=snapshot.status, message=snapshot.message)
            raise

    def pause(self, run_id: str) -> None:
        """Pause at the next batch; others may train meanwhile."""
        self._worker(run_id).commands.pause()

    def step(self, run_id: str) -> None:
        """Run one batch, then pause."""
        self._worker(run_id).commands.step()

    def stop(self, run_id: str) -> None:
        """Stop at the next batch. Every complete epoch is kept; `resume` goes on from the last one."""
        self._worker(run_id).stop()

    def set_lr(self, run_id: str, lr: float) -> None:
        """Change the learning rate from the next batch on. Raises ConfigError when it is out of range."""
        if problem := declared(TrainingConfig)["lr"].problem(lr):
            raise ConfigError(problem)
        self._worker(run_id).commands.set_lr(lr)

    def delete(self, run_id: str) -> None:
        """Stop a run if it trains, and delete its record and checkpoints."""
        refuse_shipped(run_id, "deleted")
        if worker := self._workers.get(run_id):
            worker.stop()
            if not worker.join(timeout=30):
                raise StoreError(f"Run {run_id} is in the middle of a long batch and stops after it: delete it then.")
        with self._lock:
            if run_id in self._workers:
                raise StoreError(f"Run {run_id} has just been resumed: stop it first.")
            self._records.own(run_id)
            delete_run(self.store, run_id, self._folder(run_id))
            self._records.forget(run_id)
            self._viewers.forget(run_id)

    # -- looking ----------------------------------------------------------------------------------------------------

    def snapshot(self, run_id: str) -> Snapshot:
        """The run as it is now. Raises StoreError when there is no such run."""
        from dataclasses import replace

        if shipped := shipped_run(run_id):
            return shipped
        worker = self._workers.get(run_id)
        if worker:
            now = worker.snapshot
            return replace(now, place=self._turns.place(run_id)) if now.status == "queued" else now
        return self._records.snapshot(run_id)

    def runs(self) -> list[RunSummary]:
        """All runs, newest first, as they are now."""
        from dataclasses import replace

        places, found = self._turns.places(), []
        for summary in self._records.summaries():
            if worker := self._workers.get(summary.run_id):
                summary = replace(summary, status=worker.snapshot.status, place=places.get(summary.run_id, 0))
            found.append(summary)
        return found

    @property
    def training(self) -> bool:
        """Whether a run of this process trains now."""
        return any(key in self._workers for key in self._turns.held)

    def wait(self, run_id: str, timeout: float | None = None) -> Snapshot:
        """Wait until a run has ended, at most `timeout` seconds, and return it as it then is: look at `status`, it may have failed.

        A paused run goes on when `resume` is called, here or elsewhere.
        """
        if timeout is not None and not isinstance(timeout, numbers.Real):
            raise ConfigError(f"A timeout is a number of seconds, or None to wait as long as it takes, not {quoted(timeout)}.")
        end = math.inf if timeout is None else time.monotonic() + timeout
        while (now := self.snapshot(run_id)).active and (left := end - time.monotonic()) > 0:
            if worker := self._workers.get(run_id):
                worker.join(timeout=min(left, LOOK))
            else:
                time.sleep(min(left, LOOK))  # another process trains it
        return now

    # -- measurements -----------------------------------------------------------------------------------------------

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
        key = f"measurement {next(self._measurements)}"
        if not self._turns.take(key, owner, cancelled=lambda: self._closing.is_set() or cancelled(), told=told):
            raise CancelledError("This measurement was cancelled before its turn came: ask for it again.")
        try:
            yield
        finally:
            self._turns.give_back(key)

    # -- viewers ----------------------------------------------------------------------------------------------------

    def attend(self, run_id: str) -> None:
        """Note that somebody watches the run; a page that shows it calls this with every tick."""
        self._viewers.attend(run_id)

    def shutdown(self) -> None:
        """Stop all runs so that the next start finds them interrupted, and wait a few seconds for that. Done again, it does nothing."""
        atexit.unregister(self.shutdown)
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
        self.store.close()

    def _let_go(self, workers: list[Worker]) -> None:
        """Write the end of runs that have waited, in one statement, however many they are; if that fails, the next look finds their end."""
        try:
            self.store.update_all([w.snapshot.run_id for w in workers], status="interrupted", message=STOPPED)
        except LabError:
            log.exception("The end of %d waiting runs could not be kept", len(workers))
        for worker in workers:
            with self._lock:
                self._workers.pop(worker.snapshot.run_id, None)
            worker.release()

    # -- helpers ----------------------------------------------------------------------------------------------------

    @contextmanager
    def _room(self, owner: str) -> Iterator[None]:
        """Room for one more run of `owner` while it is started; "" needs none. Raises ConfigError if too many wait already.

        Paused runs count: they are in memory, and go on at a click.
        """
        with self._lock:
            waiting = [w.owner for w in self._workers.values() if w.snapshot.status in ("queued", "paused")] + self._starting
            mine, everybody = self._limits
            if owner and mine and waiting.count(owner) >= mine:
                raise ConfigError(f"You have {mine} runs waiting or paused already: stop one of them, or wait until one has trained.")
            if owner and everybody and len(waiting) >= everybody:
                raise ConfigError(f"{everybody} runs wait already, which is all that this lab takes: try again when some have trained.")
            self._starting.append(owner)
        try:
            yield
        finally:
            with self._lock:
                self._starting.remove(owner)

    def _launch(self, snapshot: Snapshot, config: RunConfig, owner: str, lock: FileLock, paused: bool) -> None:
        """Make the worker of a run whose record and lock are ready, and let it wait for its turn, last of all."""
        from core.training.runs.worker import Worker

        run_id = snapshot.run_id
        worker = Worker(
            snapshot, config, owner=owner, files=self.files(run_id), lock=lock, store=self.store, turns=self._turns,
            after_epoch=self._thin, after_end=self._forget, paused=paused, spare_cores=self.spare_cores,
        )  # fmt: skip
        with self._lock:
            self._records.forget(run_id)
            self._viewers.forget(run_id)  # of an earlier life: whoever looks now says so
            self._workers[run_id] = worker
        try:
            worker.enqueue()
        except BaseException:
            with self._lock:
                self._workers.pop(run_id, None)
            raise

    def _forget(self, worker: Worker) -> None:
        self._records.keep_end(worker.snapshot)
        with self._lock:
            self._workers.pop(worker.snapshot.run_id, None)

    def _worker(self, run_id: str) -> Worker:
        refuse_shipped(run_id, "steered")
        if worker := self._workers.get(run_id):
            return worker
        if self._records.snapshot(run_id).active:
            raise StoreError(self._records.other_home(run_id) or elsewhere(run_id))
        raise ConfigError(f"Run {run_id} does not train at the moment: resume it first.")

    def _folder(self, run_id: str) -> Path:
        return self._records.folder(run_id)

    def _thin(self) -> None:
        self._budget.keep(
            lambda: {self.files(row.run_id): row.best_epoch for row in self.store.summaries() if self._records.is_own(row.home)}
        )


def _check_fits(config: RunConfig, home: Path) -> None:
    from core.training.runs.fitting import check_fits  # torch

    check_fits(config, home)


def run_config(config: RunConfig | Mapping[str, Any]) -> RunConfig:
    """What a script names as its run: a config, or the values of one by name. Raises ConfigError for everything else."""
    if isinstance(config, RunConfig):
        return config
    if not isinstance(config, Mapping):
        raise ConfigError(f"A run is told by a RunConfig, such as RunConfig.of(model='gru', epochs=3), not by {described(config)}.")
    return RunConfig.of(**config)
