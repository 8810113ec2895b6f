"""Which process a run belongs to: the one that holds the lock file in the run's folder. Nobody else writes what the run's record says.

The system releases a lock when its process dies, however it dies. No torch: the list of runs asks here, too.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import StoreError
from core.files import remedy

LOCK = "alive.lock"
SHIPPED = ("recorded-", "published-")  # so begin the folders of what was measured of runs that came with the lab
SECONDS = 3.0  # that a claim waits: another process may be looking at this moment whether the run lives


def claim(folder: Path, *, seconds: float = SECONDS, make: bool = False) -> FileLock:
    """Take the lock of the run in `folder`, which is made if asked for.

    Raises StoreError when another process has it, or it cannot be written.
    """
    run_id = folder.name
    lock = FileLock(folder / LOCK, thread_local=False)
    for attempt in range(3):
        try:
            if make:
                folder.mkdir(exist_ok=True)
            lock.acquire(timeout=seconds)
            return lock
        except Timeout:
            raise StoreError(elsewhere(run_id)) from None
        except FileNotFoundError as error:  # another process has just swept the folder away, empty as it was
            if not make or attempt == 2:
                raise StoreError(f"The folder of run {run_id} cannot be made ({error.strerror}). {remedy(error)}") from error
        except OSError as error:
            raise StoreError(f"The folder of run {run_id} cannot be written ({error.strerror}). {remedy(error)}") from error
    raise AssertionError("the last attempt returns or raises")


def claim_if_free(folder: Path) -> FileLock | None:
    """The lock of a run that no process has; None when one has it, or nobody can know."""
    if not folder.is_dir():
        return None
    try:
        return claim(folder, seconds=0)
    except StoreError:
        return None


def claim_if_left(folder: Path) -> Callable[[], object] | None:
    """Take a run that no process has, also one whose folder is gone; what gives it back. None when a process has it, or nobody can know."""
    if not folder.is_dir():
        return lambda: None
    lock = claim_if_free(folder)
    return lock.release if lock else None


def elsewhere(run_id: str) -> str:
    """Why a run cannot be steered here."""
    return f"Run {run_id} trains in another process (the command line, or a second server): steer it there."
