"""Opening the database of runs: which one, of which schema, whether it is sound; and waiting for it, copying it, closing it."""

from __future__ import annotations

import logging
import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from core.errors import BusyError, ConfigError, Place, StoreError
from core.files import PROCESS, TEMPORARY, one_at_a_time, remedy
from core.training.runs.schema import open_schema
from core.training.runs.tables import SCHEMA, from_json, to_json

PATIENCE = 15.0  # seconds that one statement waits for a lock of another program
OPENING = 60.0  # seconds that opening waits for another process that opens
PASSES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
PASSES_ONCE_OPENED = {sqlite3.SQLITE_CANTOPEN}  # then it says that too many files are open
GONE = (
    "The lab's folder was moved, deleted or replaced while the lab ran, so nothing more can be kept. "
    "Put it back, or stop the lab and start it again."
)

log = logging.getLogger(__name__)


def _how_to_write(asked: str) -> str:
    """How an address of a database is written that is written otherwise; empty where nothing is known of it."""
    if asked.startswith("postgres:"):
        return " Write postgresql:// for postgres://."
    is_path = "://" not in asked and re.search(r"[\\/]|\.(?:db|sqlite3?)$", asked)
    return f" Of a file, write its whole path behind sqlite:///, as in sqlite:///{os.path.abspath(asked)}" if is_path else ""


class Database:
    """The engine, and transactions that explain what goes wrong.

    Raises StoreError when the database cannot be used, BusyError when that will pass by itself.
    `notices`: sentences on what had to be done to a database that was not sound, or is of an older version of the lab.
    """

    def __init__(self, home: Path) -> None:
        self.home, self.notices, self.rescued, self._opened = home, [], False, False
        asked = os.environ.get("LAB_DATABASE", "").strip(" \t\r\n'\"")  # files of settings keep the quotes
        self.file = None if asked else home / "lab.sqlite"
        with self.explained():
            self.url = make_url(asked) if asked else URL.create("sqlite", database=str(home / "lab.sqlite"))
            self.file = sqlite_file(self.url)
            self._inode: tuple[int, int] | None = None
            with one_at_a_time(home / "opening.lock", seconds=OPENING):
                if self.file:
                    self._look_at_file()
                self.engine = make_engine(self.url, self.file)
                self._open_schema()
                self._inode = self._found()
        self._opened = True

    # -- using it ---------------------------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose changes are all made at its end, or none."""
        self.check()
        with self.explained(), Session(self.engine) as session, session.begin():
            yield session

    def check(self) -> None:
        """Raise StoreError when the database's file is not the one that was opened: what is written there now is lost."""
        if self.file and self._inode and self._found() != self._inode:
            raise StoreError(GONE)

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn the errors of the database into sentences."""
        try:
            yield
        except SQLAlchemyError as error:
            reason = (
                "too many wait for it" if isinstance(error, PoolTimeout) else str(getattr(error, "orig", None) or error).splitlines()[0]
            )
            if not self._opened and not self.file:
                log.exception("The database could not be opened")
                raise StoreError(
                    f"The database that LAB_DATABASE names could not be used ({reason}). Check its address, and that its server runs."
                    f"{_how_to_write(os.environ.get('LAB_DATABASE', ''))}"
                ) from error
            if passes(error, opened=self._opened):
                raise BusyError(
                    f"The lab's database is busy or away at the moment ({reason}): another program uses it, or it is being started. "
                    "Nothing is lost; try again in a minute."
                ) from error
            log.exception("The database could not be used")
            if not self._opened and self.file != self.home / "lab.sqlite" and "unable to open" in reason:
                raise StoreError(
                    "The file that LAB_DATABASE names cannot be opened: ", Place(str(self.file)),
                    ". Check that its folder is there and may be written. A whole path has a slash of its own: sqlite://// has four."
                ) from error  # fmt: skip
            raise StoreError(
                f"The lab's database could not be used ({reason}). Check that the disk has space and the file is whole, "
                "or set LAB_HOME (or --home) to another folder."
            ) from error

        except ValueError as error:  # JSON that is none, text that is no Unicode: a page of noise in the file
            log.exception("A record in the database is damaged")
            raise StoreError(
                "A record in the lab's database is damaged and cannot be read: start the lab again, or delete the run."
            ) from error

    def close(self) -> None:
        """Bring everything into the one file, so that a copy of it has all runs. The next use opens it again."""
        if self.file and self._found() == self._inode:
            with suppress(SQLAlchemyError, sqlite3.Error), self.engine.connect() as connection:
                connection.execute(text("PRAGMA busy_timeout = 1000"))
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
                connection.invalidate()  # its time-out is not for others
        self.engine.dispose()

    def backup(self, path: Path) -> None:
        """Copy the database, while runs train, to a new file. Raises ConfigError when there is one already, or it is no SQLite."""
        if not self.file:
            raise ConfigError("This lab's database is no SQLite file: back it up with its own tools, such as pg_dump.")
        if path.exists():
            raise ConfigError(f"There is already a file {path.name}: choose another name.")
        self.check()
        copy_database(self.file, path)

    # -- opening it -------------------------------------------------------------------------------------------------

    def _look_at_file(self) -> None:
        """Put a new database, of what can be saved, in the place of one that is not sound; the old one is kept beside it."""
        from core.training.runs.rescue import rescue, unsound

        if problem := unsound(self.file, self.home):
            self.notices.append(rescue(self.file, self.home, problem))
            self.rescued = True

    def _open_schema(self) -> None:
        for attempt in range(5):
            try:
                with self.engine.begin() as connection:
                    open_schema(connection, self._copy_before)
                return
            except DBAPIError as error:  # another lab with this database was quicker by a moment: look again
                if attempt == 4 or passes(error) or not any(w in str(error.orig).lower() for w in ("exist", "duplicate")):
                    raise

    def _copy_before(self, version: int) -> None:
        """Copy a database before its tables are changed."""
        if self.file:
            copy = free_name(self.file, f"before-schema-{SCHEMA}")
            copy_database(self.file, copy)
            self.notices.append(
                f"The database of runs came from an older version of the lab (schema {version}) and was brought up to schema {SCHEMA}; "
                f"a copy of it as it was is kept beside it, as {copy.name}."
            )
            log.warning(self.notices[-1])

    def _found(self) -> tuple[int, int] | None:
        try:
            stat = os.stat(self.file) if self.file else None
        except OSError:
            return None
        return (stat.st_dev, stat.st_ino) if stat else None


def sqlite_file(url: URL) -> Path | None:
    """The file of a SQLite database; None of another database, or of one in memory."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:") or str(url.database).startswith("file:"):
        return None
    return Path(url.database).absolute()


def make_engine(url: URL, file: Path | None) -> Engine:
    """An engine for `url`. Raises StoreError when its driver is not installed."""
    json = {"json_serializer": to_json, "json_deserializer": from_json}
    if file:  # opened by its path: in a URL some characters of a path would mean something
        made = create_engine(url, creator=lambda: sqlite3.connect(file, timeout=PATIENCE, check_same_thread=False), **json)
        event.listen(made, "connect", _sqlite_settings)
        return made
    wanted = [url.set(drivername="postgresql+psycopg"), url] if url.drivername == "postgresql" else [url]
    for number, one in enumerate(wanted, 1):
        try:
            return create_engine(one, pool_pre_ping=True, **json)  # pre-ping: connections from before a restart are replaced
        except ModuleNotFoundError as error:
            if number == len(wanted):
                package = "psycopg[binary]" if url.get_backend_name() == "postgresql" else error.name
                raise StoreError(
                    f"The database in LAB_DATABASE needs a Python package that is not installed ({error.name}): "
                    f'install it with the command pip install "{package}", or unset LAB_DATABASE.'
                ) from error
    raise AssertionError("the last one returns or raises")


def passes(error: SQLAlchemyError, *, opened: bool = True) -> bool:
    """Whether an error will pass by itself: another program holds a lock, or a database that had been `opened` is being restarted."""
    if isinstance(error, PoolTimeout):  # all connections are in use by those who wait for a lock
        return True
    if not isinstance(error, OperationalError):
        return isinstance(error, DBAPIError) and error.connection_invalidated
    if not isinstance(error.orig, sqlite3.Error):
        return opened
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    return code in PASSES or (opened and code in PASSES_ONCE_OPENED)


def free_name(file: Path, what: str) -> Path:
    """A name beside the database `file` that nothing has yet: lab.`what`-DATE.sqlite."""
    stem = f"{file.stem}.{what}-{time.strftime('%Y%m%d-%H%M%S')}"
    names = (file.with_name(f"{stem}{f'-{count}' if count else ''}{file.suffix}") for count in range(1000))
    return next(name for name in names if not name.exists())


def copy_database(source: Path, target: Path) -> None:
    """Copy a sound SQLite database, while others may use it, to a new file. Raises StoreError when that cannot be written."""
    half = target.with_name(f".{target.name}.{PROCESS}.0{TEMPORARY}")  # so it is not swept by another process that starts
    try:
        with closing(sqlite3.connect(source, timeout=PATIENCE)) as old, closing(sqlite3.connect(half)) as new:
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")
        half.replace(target)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            half.unlink()
        why = getattr(error, "strerror", None) or error
        raise StoreError(
            f"The database of runs could not be copied to {target.name} ({why}). {remedy(error, 'Free some disk space.')}"
        ) from error


def _sqlite_settings(connection: Any, _: Any) -> None:
    connection.text_factory = _text
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")


def _text(stored: bytes) -> str:
    """What a damaged page has made of a text: bytes that are no Unicode are shown, so that one record keeps no other from being read."""
    return stored.decode("utf-8", "backslashreplace")
