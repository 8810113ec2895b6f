"""Deleting a run so that nothing of it stays, wherever the program is killed; and what earlier ends have left, at the start.

A run's folder is first renamed into `trash`, where its name says that the run is deleted; then its record goes, then its files at the URL
in LAB_FILES, if that is set, then the folder. What a kill leaves in `trash` is done to its end at the next start.
"""

from __future__ import annotations

import logging
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path

from filelock import FileLock

from core.errors import BusyError, StoreError
from core.files import remedy, sweep
from core.training.runs.claims import SHIPPED, claim, claim_if_free
from core.training.runs.files import files_as_set
from core.training.runs.rescue import checkpoints
from core.training.runs.store import Store

TRASH, LOST = "trash", "lost"
LOST_DAYS = 30

log = logging.getLogger(__name__)


def delete_run(store: Store, run_id: str, folder: Path) -> None:
    """Delete a run that no process trains: its record and its folder, or neither. Raises StoreError."""
    if files_as_set().shared:  # whose files may lie at the URL alone: then the trash has to say so
        with suppress(OSError):
            folder.mkdir(exist_ok=True)
    if not folder.is_dir():
        store.delete(run_id)
        return
    lock = claim(folder)
    try:
        trash = _renamed(folder, lock)
    except OSError as error:
        raise StoreError(f"Run {run_id} cannot be deleted now ({error.strerror}). {remedy(error)} Then try again.") from error
    finally:
        lock.release()
    try:
        store.delete(run_id)
    except StoreError:
        with suppress(OSError):
            trash.rename(folder)
        raise
    _discard(trash, run_id)


def _discard(trash: Path, run_id: str) -> None:
    """Delete the files of a run whose record is deleted. While those at the URL cannot be, the next start tries again."""
    try:
        files_as_set().remove_all(run_id)
    except StoreError:
        log.warning("The files of run %s could not be deleted", run_id, exc_info=True)
        return
    shutil.rmtree(trash, ignore_errors=True)


def _renamed(folder: Path, lock: FileLock) -> Path:
    try:
        return throw_away(folder)
    except PermissionError:  # on Windows a folder with an open file, the lock's, cannot be renamed
        lock.release()
        return throw_away(folder)


def throw_away(folder: Path) -> Path:
    """Rename a run's folder into the trash of its home; returns where it is now."""
    trash = folder.parents[1] / TRASH
    trash.mkdir(exist_ok=True)
    return folder.rename(trash / f"{folder.name}.{secrets.token_hex(4)}")


def sweep_home(home: Path, store: Store) -> None:
    """Remove what killed processes have left: temporary files, runs half deleted, folders without a run. Never what a process uses.

    Raises StoreError when the database cannot be used.
    """
    if swept := sweep(home):
        log.info("Removed %d temporary files of processes that have ended", swept)
    empty_trash(home, store)
    if files_as_set().shared:
        files_as_set().sweep()
        sweep_copies(home, store)
    elif store.file and store.file.parent == home and not store.rescued:  # else it may not know all runs of this home
        sweep_orphans(home, store)
    for folder in (home / LOST).glob("*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > LOST_DAYS * 86_400:
                shutil.rmtree(folder, ignore_errors=True)


def empty_trash(home: Path, store: Store) -> None:
    """Delete to its end what was half deleted; a folder whose record cannot be deleted now stays until the next start."""
    found = list((home / TRASH).glob("*"))
    known = set(store.ids()) if found else set()
    for trash in found:
        try:
            if (run_id := trash.name.rpartition(".")[0]) in known:
                store.delete(run_id)
        except BusyError:
            raise  # the others would wait as long
        except StoreError:
            log.warning("What is left of run %s could not be deleted", run_id, exc_info=True)
            continue
        _discard(trash, run_id)


def sweep_copies(home: Path, store: Store) -> None:
    """Folders of runs that another home has deleted: neither the database knows them nor has the URL their files."""
    folders = [folder for folder in (home / "runs").glob("*") if folder.is_dir()]
    known = {*store.ids(), *files_as_set().all_sizes()}  # asked for after the folders: a run that is just made has its folder first
    for folder in folders:
        if folder.name in known or folder.name.startswith(SHIPPED):
            continue
        if lock := claim_if_free(folder):
            lock.release()
            shutil.rmtree(folder, ignore_errors=True)


def sweep_orphans(home: Path, store: Store) -> None:
    """Folders of no run: an empty one goes; one with weights is put aside for some weeks, for the database may be an older copy."""
    folders = [folder for folder in (home / "runs").glob("*") if folder.is_dir()]
    whole, known = checkpoints(home), set(store.ids())  # asked for after the folders: a run that is just made has its folder first
    for folder in folders:
        if folder.name in known or folder.name.startswith(SHIPPED):
            continue
        if (lock := claim_if_free(folder)) is None:
            continue
        with suppress(OSError):
            lock.release()
            if folder.name in whole:
                (home / LOST).mkdir(exist_ok=True)
                kept = folder.rename(home / LOST / f"{folder.name}.{secrets.token_hex(4)}")
                kept.touch()
                log.warning("No run has the folder %s: it is kept as %s for %d days", folder.name, kept.name, LOST_DAYS)
            else:
                shutil.rmtree(throw_away(folder), ignore_errors=True)
