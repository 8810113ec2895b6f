"""What the page The wall has computed once for all who look: what hangs there now, the recorded runs, records of searches."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from core.classroom.wall import WallRun, wall_rows
from core.errors import LabError
from core.records.recorded import RECORDED, recorded_names, recorded_run
from core.training.history import ACTIVE, RunSummary
from core.training.measured import Measured, measured
from dashboard.runs.labels import data_label
from dashboard.shell import services, viewers
from pages.wall.view import packed_rows

if TYPE_CHECKING:
    from core.training.runs.manager import RunManager

MOST = 200  # runs on the wall, the newest


@dataclass(frozen=True)
class Wall:
    """What hangs on the wall: rows as `core.classroom.wall.wall_rows` makes them, and packed for the board, for everybody the same.

    `owners` are the ids of people by run: they stay on the server. `active`: whether something trains or waits.
    """

    rows: list[dict[str, Any]]
    packed: bytes
    owners: dict[str, str]
    active: bool = False
    recorded: bool = False
    left_out: int = 0  # older runs than those shown


class Hanging:
    """The wall as it is now. Whoever asks first in a while has it made, all others get the same one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, tuple[Any, Measured]] = {}
        self._state: Any = None  # what the last wall was made of
        self._made: tuple[RunManager, float, float, Wall] | None = None  # whose runs, since when, made at, what

    def now(self) -> Wall:
        """What was started since the last search began; without any run of this lab the recorded ones."""
        manager, search = services.manager(), services.classroom().searches.now
        since = search.since if search else 0.0
        with self._lock:
            if self._made and self._made[0] is manager and self._made[1] == since:
                _, _, at, wall = self._made
                if time.monotonic() - at < viewers.tick_seconds() / 2:
                    return self._or_recorded(wall)
            wall = self._make(manager, since)
            self._made = (manager, since, time.monotonic(), wall)
        return self._or_recorded(wall)

    def _or_recorded(self, wall: Wall) -> Wall:
        return wall if wall.rows or services.classroom().searches.under_way else recorded_wall()

    def _make(self, manager: RunManager, since: float) -> Wall:
        """The wall of this moment; the last one where nothing has changed meanwhile."""
        listed = [summary for summary in manager.runs() if summary.created >= since]
        called, known, runs = services.classroom().called, {}, []
        for summary in reversed(listed[:MOST]):
            if (found := self._measured(manager, summary)) is not None:
                known[summary.run_id] = found
                label = data_label(summary.config)
                runs.append(WallRun(summary.run_id, summary.owner, summary.status, label, summary.config, found[1]))
        self._known = known
        state = (id(manager), since, len(listed), [(run.run_id, run.status, known[run.run_id][0], called(run.owner)) for run in runs])
        if not self._made or self._state != state:
            self._state, rows = state, wall_rows(runs, called)
            owners = {run.run_id: run.owner for run in runs}
            return Wall(rows, packed_rows(rows), owners, any(run.status in ACTIVE for run in runs), left_out=len(listed[MOST:]))
        return self._made[3]

    def _measured(self, manager: RunManager, summary: RunSummary) -> tuple[Any, Measured] | None:
        """What a run has measured, and of which state that is: looked at again only when it has changed. None of one that was deleted.

        A run that does not train is told by its line in the list; the history is read only of one from before it was in there.
        """
        now = manager.engine.snapshot(summary.run_id)
        version = (now.version, now.status) if now else (summary.version, summary.status)
        found = self._known.get(summary.run_id)
        if found and found[0] == version:
            return found
        if now is None and (short := summary.measured or (None if summary.epochs_done else Measured())):
            return version, short
        try:
            return version, measured(now or manager.snapshot(summary.run_id))
        except LabError:
            return None

    def forget(self) -> None:
        """Make the wall anew for whoever asks next."""
        with self._lock:
            self._made = self._made and (*self._made[:2], -math.inf, self._made[3])


HANGING = Hanging()


@cache
def recorded_wall() -> Wall:
    """The recorded runs on the data set that most of them are on: a search that the lab has made itself."""
    found = [(data_label(run.config), run) for run in map(recorded_run, recorded_names())]
    data = Counter(label for label, _ in found).most_common(1)[0][0]
    runs = [WallRun(run.run_id, run.run_id, "recorded", data, run.config, measured(run)) for label, run in found if label == data]
    named = [{**row, "title": row["run"].removeprefix(RECORDED).partition("-")[2]} for row in wall_rows(runs, lambda owner: "")]
    return Wall(named, packed_rows(named), {}, recorded=True)


def kept_wall(number: int) -> Wall:
    """What hung on the wall when a search ended."""
    rows = services.classroom().searches.rows(number)
    return Wall(rows, packed_rows(rows), {})
