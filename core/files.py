"""Files that are there whole or not at all: written to a temporary name of their own, then renamed."""

from __future__ import annotations

import errno
import itertools
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from glob import escape
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout

PROCESS = secrets.token_hex(6)  # this process, in the names of its temporary files
IN_USE = "processes"  # folder of a home: a lock for every process that may be writing there
TEMPORARY = ".tmp"

_count = itertools.count()


def write_whole(path: Path, content: bytes | bytearray | str | Callable[[BinaryIO], object]) -> None:
    """Write `content` (bytes, text as UTF-8, or a function that writes into an open file) to `path` in one move.

    Any number of threads and processes may write one path at once: each has a temporary name of its own and the last one stays.
    A reader sees the old file or the new one, also after the power failed. Raises OSError; `path` is then what it was.
    """
    temporary = path.with_name(f".{path.name}.{PROCESS}.{next(_count)}{TEMPORARY}")
    try:
        with temporary.open("xb") as file:
            if callable(content):
                content(file)
            else:
                file.write(content.encode("utf-8") if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def out_of_files(error: Exception) -> bool:
    """Whether this process, or the whole system, has as many files open as it may: that passes when pages are closed."""
    return isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)


def remedy(error: Exception, otherwise: str = "") -> str:
    """What a person can do about an error of the disk, in one sentence; `otherwise` is what to do unless too many files are open."""
    if out_of_files(error):
        return "This program has too many files open: close some pages, or allow it more open files (ulimit -n)."
    if otherwise:
        return otherwise
    number = getattr(error, "errno", None)
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "Give the lab permission to write in its folder."
    if number in (errno.ENOENT, errno.ENOTDIR):
        return "The lab's folder has been moved or deleted: put it back, then start the lab again."
    return "Free some disk space or delete old runs."


@cache
def mark_in_use(home: Path) -> FileLock | None:
    """Say to other processes, until this one ends, that it may be writing temporary files in `home`; done again, it does nothing."""
    with suppress(OSError, Timeout):
        (home / IN_USE).mkdir(exist_ok=True)
        lock = FileLock(home / IN_USE / f"{PROCESS}.lock", thread_local=False)
        lock.acquire(timeout=0)
        return lock
    return None


def temporaries(folder: Path) -> Iterator[Path]:
    """The temporary files in `folder` itself, of whatever process."""
    return folder.glob(f"*{TEMPORARY}")


def sweep(home: Path) -> int:
    """Delete the temporary files that ended processes have left in `home` and two levels of folders below it; returns how many.

    One of a process that lives, here or in another container with the same folder, is left alone, and so is what cannot be deleted.
    """
    alive, swept = cache(lambda process: _lives(home, process)), 0
    databases = home.glob(f"*{TEMPORARY}-*")  # what SQLite had beside a temporary one
    for path in [*temporaries(home), *databases, *home.glob(f"*/*{TEMPORARY}"), *home.glob(f"*/*/*{TEMPORARY}")]:
        parts = path.name.split(".")
        if not (len(parts) > 3 and alive(parts[-3])):
            with suppress(OSError):
                path.unlink()
                swept += 1
    for path in (home / IN_USE).glob("*.lock"):
        if not alive(path.stem):
            with suppress(OSError):
                path.unlink()
    return swept


def sweep_beside(path: Path, home: Path) -> None:
    """Delete what processes that have ended have left of `path`, a file that processes of `home` write and that may lie elsewhere."""
    for half in path.parent.glob(f".{escape(path.name)}.*{TEMPORARY}"):
        if not _lives(home, half.name.split(".")[-3]):
            with suppress(OSError):
                half.unlink()


def _lives(home: Path, process: str) -> bool:
    path = home / IN_USE / f"{process}.lock"
    return process == PROCESS or (path.exists() and held(path))


def held(path: Path) -> bool:
    """Whether some process holds the lock file `path`; the system releases it when a process dies, however it dies."""
    try:
        with FileLock(path, timeout=0, thread_local=False):
            return False
    except (Timeout, OSError):  # OSError: it may not be opened by this user, so nobody knows
        return True


@contextmanager
def one_at_a_time(path: Path, *, seconds: float) -> Iterator[None]:
    """Wait until no other process does what the lock file `path` stands for, `seconds` at most; then go on all the same."""
    lock = FileLock(path, thread_local=False)
    with suppress(Timeout, OSError):
        lock.acquire(timeout=seconds)
    try:
        yield
    finally:
        lock.release()
