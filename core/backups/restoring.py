"""Making a home of a backup: checked to its last byte, put together beside the home, then renamed; until then nothing is touched."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from sqlalchemy import Connection, Engine, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from core.backups.archive import DATABASE, PART, Archive
from core.backups.rows import copy_rows, has_runs, snapshot
from core.backups.saving import KEYS
from core.data import Progress
from core.errors import ConfigError, Place, StoreError
from core.files import IN_USE, PROCESS, held, remedy
from core.home import OWN
from core.training.runs.class_tables import DrawingRow
from core.training.runs.database import Database, make_engine
from core.training.runs.rescue import checkpoints
from core.training.runs.schema import open_schema, schema_of
from core.training.runs.tables import SCHEMA, Run

STAGED = "restoring"  # between the name of a home and that of a process, in the name of a folder that becomes the home
LOCK = "restoring.lock"
MARKS = (DATABASE, OWN, "lab.log")  # a folder with one of these is a lab's: it may be put aside, and no other one


@dataclass(frozen=True)
class Restored:
    """What was restored, and where what was there before is kept; None where there was nothing."""

    runs: int
    files: int
    bytes: int
    kept: Path | None


def restore(file: Path, home: Path, *, replace: bool = False, progress: Progress = lambda *_: None) -> Restored:
    """Make the home `home` of the backup `file`. What is there already is kept beside it, under another name.

    Raises ConfigError when a lab is at work there, it has runs and `replace` is not set, or it has what is no lab's; StoreError when the
    backup is not whole or the home cannot be written. Nothing is changed then. With LAB_DATABASE the records go into that database, which
    must have no runs.
    """
    home = home.resolve()
    refuse(home, replace=replace)
    with Archive(file) as archive:
        bar = _Progress(progress, 2 * sum(archive.sizes.values()))
        for name in archive.sizes:
            bar.add(archive.copy(name), "Checking")
        with _staged(home) as folder, _disk_explained(home):
            for name in archive.folders:
                (folder / name).mkdir(parents=True, exist_ok=True)
            for name in archive.sizes:
                bar.add(_unpack(archive, name, folder), "Restoring")
            runs, kept = _put(_checked(folder / DATABASE), folder, home)
        return Restored(runs, len(archive.sizes), sum(archive.sizes.values()), kept)


# ---- the home ----


def refuse(home: Path, *, replace: bool) -> None:
    """Raise ConfigError when a home may not be made at `home`."""
    refuse_at_work(home)
    if home.exists() and any(home.iterdir()) and not any((home / mark).exists() for mark in MARKS):
        raise ConfigError(f"The folder {home.name} is not empty, and is no lab's: name a new one with --home.")
    if not replace and home_has_runs(home):
        raise ConfigError(
            f"The lab's folder {home.name} has runs already: name another one with --home, or add --replace, which keeps it under another "
            "name."
        )


def refuse_at_work(home: Path) -> None:
    """Raise ConfigError when a server or another process is at work in a home."""
    locks = [home / "server.lock", *(home / IN_USE).glob("*.lock")]
    if any(lock.exists() and held(lock) for lock in locks):
        raise ConfigError(f"A lab is at work in the folder {home.name}: stop it first, or name another folder with --home.")


def home_has_runs(home: Path) -> bool:
    """Whether a home has runs, or a database of which nobody can know."""
    file = home / DATABASE
    if not file.exists() or not file.stat().st_size:
        return bool(checkpoints(home))
    engine = make_engine(URL.create("sqlite", database=str(file)), file)
    try:
        with engine.connect() as connection:
            known = schema_of(connection)
            return bool(checkpoints(home)) or (known is not None and (known != SCHEMA or has_runs(connection)))
    except (SQLAlchemyError, ValueError):
        return True
    finally:
        engine.dispose()


@contextmanager
def _staged(home: Path) -> Iterator[Path]:
    """A new folder beside the home, locked; it is deleted unless it becomes the home. What killed processes left of theirs goes first."""
    with _disk_explained(home), ExitStack() as stack:
        home.parent.mkdir(parents=True, exist_ok=True)
        for left in home.parent.glob("*"):
            if left.name.startswith(f"{home.name}.{STAGED}-") and not held(left / LOCK):
                shutil.rmtree(left, ignore_errors=True)
        folder = home.with_name(f"{home.name}.{STAGED}-{PROCESS}")
        folder.mkdir()
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.enter_context(FileLock(folder / LOCK, thread_local=False))
        yield folder


@contextmanager
def _disk_explained(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        told = remedy(error, "Check that its folder may be written and is no disk of its own, and that there is space.")
        raise StoreError(
            "The lab's folder ", Place(home), f" cannot be restored ({error.strerror}): what was there is as it was. {told}"
        ) from error


def _unpack(archive: Archive, name: str, folder: Path) -> int:
    """Write a file of the backup into a folder, and bring it to the disk; its bytes."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = 0o600 if name in KEYS else 0o666
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode), "wb") as out:
        size = archive.copy(name, out)
        out.flush()
        os.fsync(out.fileno())
    return size


def _put(engine: Engine, folder: Path, home: Path) -> tuple[int, Path | None]:
    """Let a whole folder be the home, and its records be where LAB_DATABASE says; how many runs it has, and where the old home is now."""
    with engine.connect() as connection:
        runs = len(connection.scalars(select(Run.id)).all())
        connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
    if not os.environ.get("LAB_DATABASE", "").strip(" \t\r\n'\""):
        engine.dispose()
        return runs, _rename(folder, home)
    database = Database(folder)
    with database.transaction() as session:
        if has_runs(session.connection()):
            raise ConfigError("The database that LAB_DATABASE names has runs already: name an empty one.")
        with snapshot(engine) as source:
            copy_rows(source, session.connection())
        engine.dispose()
        (folder / DATABASE).unlink()
        kept = _rename(folder, home)
    database.engine.dispose()
    return runs, kept


def _rename(folder: Path, home: Path) -> Path | None:
    """Put the old home aside, if there is something in it, and give its name to the new one; where the old one is now."""
    refuse_at_work(home)  # a lab that starts after this finds that its folder was replaced, and says so
    kept = None
    if home.exists() and any(home.iterdir()):
        kept = home.with_name(f"{home.name}.before-restore-{time.strftime('%Y%m%d-%H%M%S')}-{PROCESS}")
        home.rename(kept)
    elif home.exists():
        home.rmdir()
    try:
        folder.rename(home)
    except OSError:
        if kept:
            kept.rename(home)
        raise
    (home / LOCK).unlink(missing_ok=True)
    return kept


# ---- the database ----


def _checked(file: Path) -> Engine:
    """The database out of a backup, brought up to this lab's schema. Raises StoreError when it is not what a lab writes."""
    engine = make_engine(URL.create("sqlite", database=str(file)), file)
    try:
        with engine.begin() as connection:
            problem = _problem(connection)
            if not problem:
                open_schema(connection, lambda known: None)
                problem = _problem_of_names(connection)
    except (SQLAlchemyError, ValueError, TypeError, KeyError, AttributeError) as error:
        problem = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
    if problem:
        engine.dispose()
        raise StoreError(f"The database in the backup cannot be used ({problem}): nothing was changed. Use another backup.")
    return engine


def _problem(connection: Connection) -> str:
    if (said := connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()) != "ok":
        return str(said).strip().splitlines()[-1]
    parts = connection.exec_driver_sql("SELECT type, sql FROM sqlite_master").all()
    if any(kind not in ("table", "index") or str(sql).upper().startswith("CREATE VIRTUAL") for kind, sql in parts):
        return "it has more than tables"
    return "" if schema_of(connection) is not None else "it has no tables"


def _problem_of_names(connection: Connection) -> str:
    """Runs and drawings are folders and files of their names: one that leads out of a folder is no name."""
    names = [name for row in (Run.id, DrawingRow.id, DrawingRow.collection) for name in connection.scalars(select(row))]
    return "" if all(isinstance(name, str) and re.fullmatch(PART, name) for name in names) else "a name in it is none of a lab"


class _Progress:
    """Counts bytes for whoever draws a bar."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._done, self._total = progress, 0, total

    def add(self, size: int, what: str) -> None:
        self._done += size
        self._progress(self._done, self._total, what)
