"""Which processes train the runs of a home: each writes a line about itself while it has runs, and everybody may read them."""

from __future__ import annotations

import json
import os
import platform
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from core import memory
from core.files import IN_USE, PROCESS, held, write_whole
from core.training.engines.contract import WorkerLine
from core.training.history import Snapshot

SECONDS = 2.0  # between two lines of a process


def lines_of(home: Path) -> list[WorkerLine]:
    """A line for every living process that has runs of this home, the oldest first."""
    lines = []
    for path in (home / IN_USE).glob("*.json"):
        if path.stem != PROCESS and not (path.with_suffix(".lock").exists() and held(path.with_suffix(".lock"))):
            with suppress(OSError):
                path.unlink()
            continue
        with suppress(OSError, ValueError, TypeError):
            plain = json.loads(path.read_text("utf-8"))
            lines.append(WorkerLine(**{**plain, "devices": tuple(plain["devices"])}))
    return sorted(lines, key=lambda line: line.since)


class WorkerNote:
    """Writes the line of this process, until `close`: `snapshots()` are those of its runs. Nothing is written while it has none."""

    def __init__(self, home: Path, snapshots: Callable[[], list[Snapshot]]) -> None:
        self._path, self._snapshots = home / IN_USE / f"{PROCESS}.json", snapshots
        self._since, self._closed = time.time(), threading.Event()
        self._begun = False
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Write from now on. Done again, it does nothing."""
        with self._lock:
            if not self._begun:
                with suppress(RuntimeError):  # no more threads: it is tried again with the next run
                    threading.Thread(target=self._write, name="lab worker note", daemon=True).start()
                    self._begun = True

    def close(self) -> None:
        """Take the line away."""
        self._closed.set()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def line(self) -> WorkerLine | None:
        """The line of this process as it is now; None while it has no runs."""
        if not (runs := self._snapshots()):
            return None
        devices = tuple(dict.fromkeys(run.device for run in runs if run.device and run.status == "running"))
        statuses = {run.run_id: run.status for run in runs}
        return WorkerLine(platform.node(), os.getpid(), self._since, memory.taken(), statuses, devices)

    def _write(self) -> None:
        while True:
            line = self.line()
            with suppress(OSError):  # a full disk, a home that is gone: the run says so
                if line and not self._closed.is_set():
                    write_whole(self._path, json.dumps(asdict(line)))
                else:
                    self._path.unlink(missing_ok=True)
            if self._closed.wait(SECONDS):
                return
