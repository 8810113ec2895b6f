"""The objects that all sessions of the process share."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from core.home import lab_home, number_setting
from core.records.recorded import recorded_names
from core.records.shipped import shipped_run
from core.training.engines.choose import SHARED, engine_name

if TYPE_CHECKING:
    from core.training.history import Snapshot
    from core.training.runs.manager import RunManager

AWAY_MINUTES = 30.0  # LAB_AWAY_MINUTES sets another number; 0 never stops a run
FIRST_RECORDED = "shapes-gru"
FIRST_OF = {"images": FIRST_RECORDED, "sequences": "dates-transformer"}  # by kind
SPARE_CORES = 1  # that training leaves to this server

_lock = threading.Lock()
_engine = "thread"  # where runs train unless LAB_ENGINE says so
_manager: RunManager | None = None
_only_server: FileLock | None = None  # held while this process is the one server of its home


def away_minutes() -> float:
    """After how many minutes without a viewer a run is stopped; 0 for never."""
    return number_setting("LAB_AWAY_MINUTES", AWAY_MINUTES)


def manager() -> RunManager:
    """The one manager of this process; raises LabError when the lab's home cannot be used (and tries again at the next call)."""
    global _manager
    with _lock:
        if _manager is None:
            from core.training.runs.manager import RunManager  # brings SQLAlchemy: not before the first picture

            name = engine_name(otherwise=_engine)
            _manager = RunManager(
                engine=name if name in SHARED or is_only_server() else "none",
                max_active=int(number_setting("LAB_MAX_ACTIVE", 0)) or None,
                away_seconds=away_minutes() * 60 or None,
                spare_cores=SPARE_CORES,
            )
        return _manager


def train_elsewhere() -> None:
    """From now on let runs train in a process of their own, unless LAB_ENGINE says otherwise: this process is a server."""
    global _engine
    _engine = "process"


def is_only_server() -> bool:
    """Whether no other server is at work in this lab's home; from now on others find that this one is."""
    global _only_server
    if _only_server is None:
        lock = FileLock(lab_home() / "server.lock", thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return False
        _only_server = lock
    return True


def run(run_id: str) -> Snapshot:
    """Any run by its id: this lab's, a recorded or the published one. Raises StoreError when there is none."""
    return shipped_run(run_id) or manager().snapshot(run_id)  # the first page needs no database


def anyone_trains() -> bool:
    """Whether a run trains now, in this process or in another one on the same home: what is measured beside it is not measured alone."""
    return any(row.status in ("loading", "running", "testing") for row in manager().runs())


def shutdown() -> None:
    """Stop all runs, so that they can be resumed at the next start. For the end of the process, and for tests."""
    global _manager, _only_server
    with _lock:
        if _manager is not None:
            _manager.shutdown()
            _manager = None
        if _only_server is not None:
            _only_server.release()
            _only_server = None


def first_recorded(kind: str = "images") -> str:
    """The recorded run of a kind that is shown before anything has been trained."""
    names = recorded_names()
    return FIRST_OF[kind] if FIRST_OF[kind] in names else names[0]
