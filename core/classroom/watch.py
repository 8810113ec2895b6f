"""Looks after the runs of a class: whoever leaves it frees the place, and nobody trains for longer than the instructor allows."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from core.classroom.limits import stopped_after
from core.errors import LabError

if TYPE_CHECKING:
    from core.classroom.classroom import Classroom
    from core.training.history import Snapshot

LOOK = 1.0  # seconds between two looks
TRAINS = ("running", "testing")

log = logging.getLogger(__name__)


class Runs(Protocol):
    """What is asked of the lab's manager of runs."""

    def active(self) -> dict[str, Snapshot]: ...
    def owner(self, run_id: str) -> str: ...
    def stop(self, run_id: str, why: str) -> None: ...


@dataclass
class Seen:
    """A run, since it was seen first."""

    since: float
    looked: float  # at it last
    trained: float  # seconds, in its own turns
    stopped: bool = False


class Watch:
    """Looks at the runs of students about once a second, all in one thread; those of instructors and of the command line are left alone.

    A run is stopped when its owner has been away from all pages for `away_seconds` (0: never), whether it trains or waits: whoever comes
    back within that time finds it as it was. What is counted is its time in its own turns, with that of its earlier epochs.
    """

    def __init__(self, room: Classroom, runs: Runs, away_seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._room, self._runs, self._away, self._clock = room, runs, away_seconds, clock
        self._seen: dict[str, Seen] = {}
        self._ended = threading.Event()

    def begin(self) -> None:
        """Look from now on, until `end`."""
        threading.Thread(target=self._look_on, name="lab class", daemon=True).start()

    def end(self) -> None:
        self._ended.set()

    def _look_on(self) -> None:
        while not self._ended.wait(LOOK):
            try:
                self.look()
            except Exception:  # one look that fails keeps nobody from the next one
                log.exception("The runs of the class could not be looked at")

    def look(self) -> None:
        """Look once at all runs, and stop those that have to end."""
        now, active = self._clock(), self._runs.active()
        self._seen = {run_id: seen for run_id, seen in self._seen.items() if run_id in active}
        for run in active.values():
            with suppress(LabError):  # it has just ended
                self._look_at(run, now)

    def _look_at(self, run: Snapshot, now: float) -> None:
        owner = self._runs.owner(run.run_id)
        if not owner or self._room.instructs(owner):
            return
        seen = self._note(run, now)
        if why := "" if seen.stopped else self._why(run.run_id, owner, seen, now):
            seen.stopped = True
            self._runs.stop(run.run_id, why)

    def _note(self, run: Snapshot, now: float) -> Seen:
        """What is known of a run, with the time since the last look."""
        seen = self._seen.get(run.run_id)
        if seen is None:
            before = max(self._room.limiting.spent(run.run_id), sum(record.seconds for record in run.epochs))
            seen = self._seen[run.run_id] = Seen(now, now, before)
        seen.trained += (now - seen.looked) * (run.status in TRAINS)
        seen.looked = now
        return seen

    def _why(self, run_id: str, owner: str, seen: Seen, now: float) -> str:
        """Why a run has to end now; "" if it need not."""
        most = self._room.limiting.now.seconds
        if most and seen.trained >= most:
            self._room.limiting.use_up(run_id, seen.trained)
            return stopped_after(most)
        if self._away and min(self._room.presence.away(owner), now - seen.since) > self._away:
            return f"Stopped: who started it was away from the class for {self._away / 60:.3g} minutes. Press Continue to go on."
        return ""
