"""Checkpoints fit into a number of bytes: when they do not, some in the middle of runs go. No torch until something has to go."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from core.files import TEMPORARY

if TYPE_CHECKING:
    from core.training.runs.checkpoint import RunFiles

COUNTED = (".safetensors", TEMPORARY)

log = logging.getLogger(__name__)


class Budget:
    """Keeps the folders of runs below `limit` bytes.

    A folder is read again only when it has changed (the system notes the time of its last new name), so that an epoch of one run costs
    a look at each other run's folder, not at each of its files.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder, self.limit = folder, limit
        self._known: dict[str, tuple[int, int]] = {}  # run -> (when its folder changed last, its bytes)
        self._lock = threading.Lock()

    def spent(self) -> int:
        """The bytes of all checkpoints, half-written ones among them."""
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

    def keep(self, runs: Callable[[], Mapping[RunFiles, int | None]]) -> None:
        """Make room if there is too much; `runs` gives all runs' files and the best epoch of each, and is asked only then."""
        if self.spent() > self.limit:
            from core.training.runs.checkpoint import thin

            freed = thin(runs(), self.limit)
            log.info("Thinned the checkpoints by %s bytes", f"{freed:,}")


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
