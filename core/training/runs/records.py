"""What the database says of the runs that no thread of this process trains, and who may change it.

A run whose process is dead is marked as interrupted by one statement, on the version that was read, while its lock is held here: one that
ended in between stays what it is, whoever looks, in however many processes.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Lock, RLock
from typing import NamedTuple

from core.errors import BusyError, LabError, StoreError
from core.files import mark_in_use, one_at_a_time
from core.training.history import ACTIVE, RunSummary, Snapshot
from core.training.runs.files import files_as_set
from core.training.runs.store import State, Store
from core.training.runs.sweeping import sweep_home

KEPT = 32  # ended runs in memory
BUSY_SECONDS = 30.0  # between two tries to mark a run while the database is locked
INTERRUPTED = "The program that trained it ended in mid-epoch. Press Continue to go on from the last complete epoch."

log = logging.getLogger(__name__)


class End(NamedTuple):
    """An ended run as this process knows it."""

    snapshot: Snapshot
    version: int | None  # of its record then; None where the database did not answer
    written: bool = True  # whether the record says so too: a full disk may have kept the end out


class Records:
    """Runs as they are stored, in a home that has been tidied up.

    `trains` says whether a run is this process's, and `claim` takes one that is nobody's, as `Engine.claim_if_left` does; `lock` is held
    while that is asked and acted upon.
    """

    def __init__(
        self,
        store: Store,
        *,
        trains: Callable[[str], bool],
        claim: Callable[[str], Callable[[], object] | None],
        lock: RLock,
    ) -> None:
        self.store, self.home, self._trains, self._claim, self._lock = store, store.home, trains, claim, lock
        self._ended: dict[str, End] = {}
        self._keeping = Lock()
        self._busy_until = 0.0  # until when nothing is marked, for the database was locked
        mark_in_use(self.home)
        with one_at_a_time(self.home / "opening.lock", seconds=10):
            (self.home / "runs").mkdir(exist_ok=True)
            self.home_id = files_as_set().join(self.home)
            with suppress(BusyError):  # it can be swept at the next start
                sweep_home(self.home, store)
        self.summaries()

    # -- looking ----------------------------------------------------------------------------------------------------

    def summaries(self) -> list[RunSummary]:
        """All runs, newest first, those of dead processes marked."""
        found = self.store.summaries()
        settled = [self._settle(s.run_id, s.home, s.version) for s in found if s.status in ACTIVE]
        if any(settled):
            found = self.store.summaries()
        return [self._as_known(summary) for summary in found]

    def _as_known(self, summary: RunSummary) -> RunSummary:
        """A row of the list, with the end that the database could not take."""
        end = self._ended.get(summary.run_id)
        if end and not end.written and summary.status in ACTIVE and end.version in (None, summary.version):
            return replace(summary, status=end.snapshot.status, message=end.snapshot.message)
        return summary

    def snapshot(self, run_id: str) -> Snapshot:
        """A run as it is stored now; an ended one from memory as long as nobody has written to it."""
        end = self._ended.get(run_id)
        try:
            state = self.store.state(run_id)
            if state.status in ACTIVE and self._settle(run_id, state.home, state.version):
                state = self.store.state(run_id)
        except StoreError:
            if end and not end.written:
                return end.snapshot
            raise
        if end and (end.version == state.version or (end.version is None and state.status in ACTIVE)):
            return end.snapshot
        found = self.store.snapshot(run_id)
        if not found.active:
            self._keep(End(found, state.version))
        return found

    def keep_end(self, snapshot: Snapshot) -> None:
        """Remember a run that has just ended here; if the database could not take that, it is told from memory."""
        end = End(snapshot, None, written=False)
        with suppress(LabError):
            state = self.store.state(snapshot.run_id)
            end = End(snapshot, state.version, written=state.status == snapshot.status)
        self._keep(end)

    def forget(self, run_id: str) -> None:
        """Read a run again when it is asked for."""
        self._ended.pop(run_id, None)

    def _keep(self, end: End) -> None:
        with self._keeping:
            while len(self._ended) >= KEPT:
                self._ended.pop(next(iter(self._ended)), None)
            self._ended[end.snapshot.run_id] = end

    # -- whose it is ------------------------------------------------------------------------------------------------

    def folder(self, run_id: str) -> Path:
        """Where the files of a run lie."""
        return self.home / "runs" / run_id

    def is_own(self, home: str) -> bool:
        """Whether a run of the home `home` is one of ours; "" is the home of runs from before that was noted."""
        return home in ("", self.home_id)

    def own(self, run_id: str) -> State:
        """The state of a run of this home. Raises StoreError when it belongs to another one with the same database."""
        if problem := self.other_home(run_id):
            raise StoreError(problem)
        return self.store.state(run_id)

    def other_home(self, run_id: str) -> str:
        """Why a run cannot be steered here, if it belongs to another home; "" of our own."""
        state = self.store.state(run_id)
        if self.is_own(state.home):
            return ""
        return (
            f"Run {run_id} belongs to another lab with the same database (on the computer {state.host or 'that started it'}), which has "
            "its weights: steer it there."
        )

    # -- marking ----------------------------------------------------------------------------------------------------

    def _settle(self, run_id: str, home: str, version: int) -> bool:
        """Mark a run that was active at `version` of its record, if no process trains it. Whether its record has to be read again."""
        if not self.is_own(home):
            return False
        if self._left_alone(run_id):  # asked before the lock, too, so that a list waits for nobody who holds it
            return False
        with self._lock:
            if self._left_alone(run_id):
                return False
            if (give_back := self._claim(run_id)) is None:
                return False  # it lives
            try:
                self._mark(run_id, version)
            except StoreError as error:  # busy or full: it is marked when somebody looks again
                if isinstance(error, BusyError):  # each try may take `PATIENCE` seconds, for which all wait
                    self._busy_until = time.monotonic() + BUSY_SECONDS
                log.warning("Run %s could not be marked", run_id, exc_info=True)
                return False
            finally:
                give_back()
        return True

    def _left_alone(self, run_id: str) -> bool:
        """Whether nothing is to be marked now: a thread of this process has the run, or the database was locked a moment ago."""
        return self._trains(run_id) or time.monotonic() < self._busy_until

    def _mark(self, run_id: str, version: int) -> None:
        status, message = "interrupted", INTERRUPTED
        if (end := self._ended.get(run_id)) and not end.written:
            status, message = end.snapshot.status, end.snapshot.message
        if self.store.change(run_id, version=version, among=sorted(ACTIVE), status=status, message=message):
            log.info("Run %s is %s: no process trains it", run_id, status)
