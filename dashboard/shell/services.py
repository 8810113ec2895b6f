"""The objects that all sessions of the process share."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from core.home import number_setting
from core.records.recorded import recorded_names
from core.records.shipped import shipped_run

if TYPE_CHECKING:
    from core.training.history import Snapshot
    from core.training.runs.manager import RunManager

AWAY_MINUTES = 30.0  # LAB_AWAY_MINUTES sets another number; 0 never stops a run
FIRST_RECORDED = "shapes-gru"
FIRST_OF = {"images": FIRST_RECORDED, "sequences": "dates-transformer"}  # by kind
SPARE_CORES = 1  # that training leaves to this server

_lock = threading.Lock()
_manager: RunManager | None = None


def away_minutes() -> float:
    """After how many minutes without a viewer a run is stopped; 0 for never."""
    return number_setting("LAB_AWAY_MINUTES", AWAY_MINUTES)


def manager() -> RunManager:
    """The one manager of this process; raises LabError when the lab's home cannot be used (and tries again at the next call)."""
    global _manager
    with _lock:
        if _manager is None:
            from core.training.runs.manager import RunManager  # brings SQLAlchemy: not before the first picture

            _manager = RunManager(
                max_active=max(1, int(number_setting("LAB_MAX_ACTIVE", 1))),
                away_seconds=away_minutes() * 60 or None,
                spare_cores=SPARE_CORES,
            )
        return _manager


def run(run_id: str) -> Snapshot:
    """Any run by its id: this lab's, a recorded or the published one. Raises StoreError when there is none."""
    return shipped_run(run_id) or manager().snapshot(run_id)  # the first page needs no database


def anyone_trains() -> bool:
    """Whether a run trains now, in this process or in another one on the same home: what is measured beside it is not measured alone."""
    return any(row.status in ("loading", "running", "testing") for row in manager().runs())


def shutdown() -> None:
    """Stop all runs, so that they can be resumed at the next start. For the end of the process, and for tests."""
    global _manager
    with _lock:
        if _manager is not None:
            _manager.shutdown()
            _manager = None


def first_recorded(kind: str = "images") -> str:
    """The recorded run of a kind that is shown before anything has been trained."""
    names = recorded_names()
    return FIRST_OF[kind] if FIRST_OF[kind] in names else names[0]
