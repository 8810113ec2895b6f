"""Checkpoints fit into a number of bytes: when they do not, some in the middle of runs go. No torch until something has to go."""

from __future__ import annotations

import logging
import os
import threading
from contextlib import suppress
from pathlib import Path

from core.errors import BusyError
from core.files import TEMPORARY
from core.home import home_id, number_setting
from core.training.runs.files import files_as_set
from core.training.runs.store import Store

DISK_BUDGET = 2 * 10**9  # bytes of checkpoints; LAB_DISK_BUDGET sets another number
COUNTED = (".safetensors", TEMPORARY)

log = logging.getLogger(__name__)


class Budget:
    """Keeps the folders of the runs of `store`'s home below `limit` bytes (LAB_DISK_BUDGET unless given).

    With LAB_FILES the bytes at its URL are those that count, and copies here of what is not there any more go when they are as many.
    A folder is read again only when it has changed (the system notes the time of its last new name), so that an epoch of one run costs
    a look at each other run's folder, not at each of its files.
    """

    def __init__(self, store: Store, limit: int | None = None) -> None:
        self.store, self.folder = store, store.home / "runs"
        self.limit = limit or int(number_setting("LAB_DISK_BUDGET", DISK_BUDGET))
        self._known: dict[str, tuple[int, int]] = {}  # run -> (when its folder changed last, its bytes)
        self._lock = threading.Lock()

    def spent(self) -> int:
        """The bytes of all checkpoints, half-written ones among them."""
        files = files_as_set()
        if not files.shared:
            return self.here()
        return sum(size for sizes in files.all_sizes().values() for name, size in sizes.items() if name.endswith(COUNTED))

    def here(self) -> int:
        """The bytes of all checkpoints in this home."""
        with self._lock:
            known, self._known = self._known, {}
            with suppress(OSError), os.scandir(self.folder) as entries:
                for entry in entries:
                    with suppress(OSError):  # another process has just deleted it
                        changed = entry.stat().st_mtime_ns
                        before = known.get(entry.name)
                        fresh = before and before[0] == changed
                        self._known[entry.name] = before if fresh else (changed, bytes_in(Path(entry.path)))
            return sum(size for _, size in self._known.values())

    def keep(self) -> None:
        """Make room if there is too much. What does not answer now is thinned after the next epoch."""
        with suppress(BusyError):
            if self.spent() > self.limit:
                self._thin()
            if files_as_set().shared and self.here() > self.limit:
                files_as_set().forget_gone(self.store.home)

    def _thin(self) -> None:
        from core.training.runs.checkpoint import RunFiles, thin

        own = ("", home_id(self.store.home))  # "": from before the home of a run was noted
        kept = {RunFiles(self.folder / row.run_id): row.best_epoch for row in self.store.summaries() if row.home in own}
        log.info("Thinned the checkpoints by %s bytes", f"{thin(kept, self.limit):,}")


def bytes_in(folder: Path) -> int:
    """The bytes of the checkpoints in a folder."""
    with os.scandir(folder) as entries:
        return sum(size_of(Path(entry.path)) for entry in entries if entry.name.endswith(COUNTED))


def size_of(path: Path) -> int:
    """Bytes of a file; 0 when another run's thread has just removed it."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
