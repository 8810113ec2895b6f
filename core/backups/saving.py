"""Backing up a lab while its runs train: the database as it is at one moment, and of each run the files that its record then needs.

A run goes on meanwhile. Its record is copied first, then the weights of its last and its best epoch and the state of its optimiser are
opened: what is open can be read to its end, also when the run has replaced it. Where one of them is gone already, the record is copied
again. Any other file that is gone meanwhile is one that the lab does not keep.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Engine, func, select
from sqlalchemy.engine import URL

from core.backups.archive import DATABASE, ArchiveWriter, is_kept
from core.backups.rows import copy_rows, copy_run, snapshot
from core.data import Progress
from core.data.made_sets import MADE
from core.errors import ConfigError, Place, StoreError
from core.files import PROCESS, TEMPORARY, mark_in_use, remedy, sweep_beside, write_whole
from core.home import OWN
from core.places import END
from core.training.runs.claims import SHIPPED
from core.training.runs.database import Database, copy_database, make_engine
from core.training.runs.files import files_as_set
from core.training.runs.schema import make_tables
from core.training.runs.tables import Epoch, Run

KEYS = ("person.key", "instructor.key")
TRIES = 100  # copies of a record, each of which was old when its files were opened
OF_AN_EPOCH = re.compile(r"(?:epoch|optimizer|logits-.+)-(\d+)\.safetensors")


@dataclass(frozen=True)
class Saved:
    """What a backup has; `elsewhere` are runs of other homes with the same database, whose files are not in it."""

    runs: int
    files: int
    bytes: int
    elsewhere: int


def back_up(home: Path, file: Path, progress: Progress = lambda *_: None) -> Saved:
    """Write a backup of the lab in `home` to `file`, whole or not at all. Readable for its owner alone: it has the keys of the lab.

    Raises ConfigError when there is such a file, StoreError when something cannot be read or written.
    """
    if file.exists():
        raise ConfigError(f"There is already a file {file.name}: choose another name.")
    mark_in_use(home)
    sweep_beside(file, home)
    database = Database(home)
    own = files_as_set().join(home)
    with _copy(database) as engine:
        saver = Saver(home, own, database, engine, progress)
        try:
            write_whole(file, saver.write)
        except OSError as error:
            told = remedy(error, "Check that its folder is there and may be written and that the disk has space, or name another file.")
            raise StoreError("The backup ", Place(file), f" cannot be written ({error.strerror}). {told}") from error
        return Saved(saver.runs, saver.files, file.stat().st_size, saver.elsewhere)


@contextmanager
def _copy(database: Database) -> Iterator[Engine]:
    """A copy of the database as it is now, as a SQLite file that is deleted at the end; the next start deletes it after a kill."""
    path = database.home / f".backup.{PROCESS}.0{TEMPORARY}"
    try:
        if database.file:
            copy_database(database.file, path)
        engine = make_engine(URL.create("sqlite", database=str(path)), path)
        if not database.file:
            with database.explained(), snapshot(database.engine) as source, engine.begin() as target:
                make_tables(target)
                copy_rows(source, target)
        try:
            yield engine
        finally:
            engine.dispose()
    finally:
        database.engine.dispose()
        for rest in database.home.glob(f"{path.name}*"):
            with suppress(OSError):
                rest.unlink()


class Saver:
    """Writes a lab's backup: the files of all runs, then all else, then the copy of the database, whose records fit to them."""

    def __init__(self, home: Path, own: str, database: Database, copy: Engine, progress: Progress) -> None:
        self.home, self.own, self.database, self.copy, self.progress = home, own, database, copy, progress
        self.runs = self.files = self.elsewhere = 0
        self._done = self._total = 0

    def write(self, out: BinaryIO) -> None:
        """Write the backup into an open file."""
        os.chmod(out.name, 0o600)
        with self.copy.connect() as connection:
            runs = [row.id for row in connection.execute(select(Run.id))]
        shipped = [path.name for path in (self.home / "runs").glob("*") if path.name.startswith(SHIPPED)]
        self._total = sum(sum(files_as_set().sizes(self._folder(run)).values()) for run in (*runs, *shipped))
        with ArchiveWriter(out) as archive:
            for run in runs:
                self._add_run(archive, run)
            for run in shipped:
                self._add_files(archive, self._folder(run), files_as_set().sizes(self._folder(run)))
            self._add_rest(archive)
            self._add_database(archive)
            self.files = archive.count
            archive.close([self._name(path) for path in self._made(Path.is_dir)])

    # -- runs -------------------------------------------------------------------------------------------------------

    def _folder(self, run: str) -> Path:
        return self.home / "runs" / run

    def _add_run(self, archive: ArchiveWriter, run: str) -> None:
        with ExitStack() as open_files:
            for _ in range(TRIES):
                last, version, needed = self._needed(run)
                opened = {path.name: found for path in needed if (found := self._opened(path, open_files))}
                if len(opened) == len(needed) or self._version(run) == version:
                    break
                files_as_set().look_again(run)
                open_files.close()
                if not self._take_again(run):
                    return
            for name, source in opened.items():
                self._add(archive, f"runs/{run}/{name}", source)
        self.runs += 1
        rest = (name for name in files_as_set().sizes(self._folder(run)) if name not in opened and _is_before(name, last))
        self._add_files(archive, self._folder(run), rest)
        with self.copy.connect() as connection:
            self.elsewhere += connection.scalar(select(Run.home).where(Run.id == run)) not in ("", self.own)

    def _needed(self, run: str) -> tuple[int, int, list[Path]]:
        """The last epoch in the copied record of a run, -1 where there is none; its version; and the files with which it can go on."""
        with self.copy.connect() as connection:
            version, best = connection.execute(select(Run.version, Run.best).where(Run.id == run)).one()
            last = connection.scalar(select(func.max(Epoch.epoch)).where(Epoch.run_id == run))
        if last is None:
            return -1, version, []
        names = [f"optimizer-{last:04d}", *(f"epoch-{epoch:04d}" for epoch in {last, (best or {}).get("epoch", last)})]
        return last, version, [self._folder(run) / f"{name}.safetensors" for name in names]

    def _version(self, run: str) -> int | None:
        with self.database.transaction() as session:
            return session.scalar(select(Run.version).where(Run.id == run))

    def _take_again(self, run: str) -> bool:
        with self.database.explained(), snapshot(self.database.engine) as source, self.copy.begin() as target:
            return copy_run(source, target, run)

    # -- files ------------------------------------------------------------------------------------------------------

    def _opened(self, path: Path, stack: ExitStack) -> BinaryIO | None:
        """A file of the home, until the stack is closed; None where it is gone. Raises StoreError when it cannot be read."""
        try:
            return stack.enter_context(files_as_set().fetch(path).open("rb"))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            told = remedy(error, "Give the lab the right to read it, then try again.")
            raise StoreError("The file ", Place(path), f" cannot be read ({error.strerror}). {told}") from error

    def _add_files(self, archive: ArchiveWriter, folder: Path, names: Iterable[str]) -> None:
        for name in sorted(names):
            if is_kept(f"runs/{folder.name}/{name}"):
                self._add_path(archive, folder / name)

    def _add_path(self, archive: ArchiveWriter, path: Path) -> None:
        with ExitStack() as stack:
            if source := self._opened(path, stack):
                self._add(archive, self._name(path), source)

    def _add(self, archive: ArchiveWriter, name: str, source: BinaryIO) -> None:
        size = os.fstat(source.fileno()).st_size
        archive.add(name, source, size)
        self._done += size
        self.progress(min(self._done, self._total), self._total, "Backing up")

    def _add_rest(self, archive: ArchiveWriter) -> None:
        """The keys, the places of data sets, and what a class has made. The home is called as its runs call it."""
        own = self.own.encode()
        archive.add(OWN, BytesIO(own), len(own))
        for path in (*(self.home / key for key in KEYS), *sorted((self.home / "data").glob(f"*{END}")), *self._made(Path.is_file)):
            if not is_kept(self._name(path)):
                raise StoreError("The file ", Place(path), " has a name that a backup cannot keep: rename it, then try again.")
            self._add_path(archive, path)

    def _made(self, is_kind: Callable[[Path], bool]) -> list[Path]:
        """The files, or the folders, of what a class has made, without hidden ones and links."""
        found = (path for path in sorted((self.home / MADE).rglob("*")) if is_kind(path) and not path.is_symlink())
        return [path for path in found if not any(part.startswith(".") for part in path.relative_to(self.home).parts)]

    def _name(self, path: Path) -> str:
        return path.relative_to(self.home).as_posix()

    def _add_database(self, archive: ArchiveWriter) -> None:
        with self.copy.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
        self.copy.dispose()
        with open(self.copy.url.database, "rb") as source:
            self._add(archive, DATABASE, source)


def _is_before(name: str, last: int) -> bool:
    """Whether a run's file is none of an epoch after the last one of its record; of the states of its optimiser only that one is kept."""
    found = OF_AN_EPOCH.fullmatch(name)
    return not name.startswith("optimizer-") and (found is None or int(found[1]) <= last)
