"""The folder that several homes share: the one at the URL in LAB_FILES, reached through fsspec, so it may be a mounted folder or a bucket.

A file is there whole or not at all: it gets a temporary name first, then its own. fsspec, and what it needs for the kind of the URL, is
imported when the folder is opened, not before. Listings that a driver has kept are never believed, for other machines write there, too.
"""

from __future__ import annotations

import errno
import itertools
import logging
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from typing import Any

from core.errors import BusyError, ConfigError, StoreError
from core.files import PROCESS, TEMPORARY, out_of_files, remedy

SETTING = "LAB_FILES"
EXAMPLES = "such as file:///mnt/lab or s3://bucket/lab"
LASTING = (
    PermissionError, FileNotFoundError, FileExistsError, NotADirectoryError, IsADirectoryError,
    ValueError, TypeError, LookupError, AttributeError, NotImplementedError,
)  # fmt: skip
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
TRIES = 30  # looks at a file that somebody else is just making, with 0.1 seconds between them

log = logging.getLogger(__name__)
_count = itertools.count()


def shared_folder() -> SharedFolder | None:
    """The folder at the URL in LAB_FILES; None where that is not set.

    Raises ConfigError when it cannot be used, BusyError when it does not answer.
    """
    url = os.environ.get(SETTING, "").strip(" \t\r\n'\"")  # files of settings keep the quotes
    return _opened(url) if url else None


@cache
def _opened(url: str) -> SharedFolder:
    return SharedFolder(url)


class SharedFolder:
    """Files of a folder at a URL, by names such as "runs/gru-1/epoch-0003.safetensors".

    Methods raise StoreError with a remedy, BusyError when what is wrong will pass by itself.
    """

    def __init__(self, url: str) -> None:
        self.fs, self._root = _driver(url)
        self._opened = False
        probe = f".write-test-{PROCESS}"
        try:
            self.make("")
            self.write(probe, b"lab")
            self.remove(probe)
        except BusyError:
            raise
        except StoreError as error:
            why = reason(error.__cause__)
            raise ConfigError(
                f"The folder that {SETTING} names cannot be used ({why}): check its address, and that the lab may write there, "
                f"or unset {SETTING}."
            ) from error
        self._opened = True

    def make(self, folder: str) -> None:
        """Make a folder, in one that is there: a whole path that is missing may be a disk that is not mounted."""
        with self._told("written"), suppress(FileExistsError):
            self.fs.mkdir(self._at(folder), create_parents=False)

    def write(self, name: str, content: bytes | bytearray) -> None:
        """Write a file whole, in a folder that is made if missing."""
        folder, slash, last = name.rpartition("/")
        temporary = f"{folder}{slash}.{last}.{PROCESS}.{next(_count)}{TEMPORARY}"
        with self._told("written", " Then resume: every complete epoch before it is kept."):
            try:
                self._begin(temporary, bytes(content), folder)
                self.fs.mv(self._at(temporary), self._at(name))
            except BaseException:
                with suppress(Exception):
                    self.fs.rm_file(self._at(temporary))
                raise

    def _begin(self, name: str, content: bytes, folder: str) -> None:
        try:
            self.fs.pipe_file(self._at(name), content)
        except FileNotFoundError:
            with suppress(FileExistsError):
                self.fs.mkdir(self._at(folder), create_parents=False)
            self.fs.pipe_file(self._at(name), content)

    def read(self, name: str, most: int | None = None) -> bytes | None:
        """The bytes of a file, its first `most` if that is given; None where there is no such file."""
        with self._told("read"), suppress(FileNotFoundError):
            return self.fs.cat_file(self._at(name), start=0, end=most)
        return None

    def sizes(self, folder: str) -> dict[str, int]:
        """The bytes of each file in `folder` itself, by name; empty where there is no such folder."""
        with self._told("read"), suppress(FileNotFoundError):
            self.fs.invalidate_cache()
            found = self.fs.ls(self._at(folder), detail=True)
            return {one["name"].rpartition("/")[2]: int(one["size"] or 0) for one in found if one["type"] == "file"}
        return {}

    def all_sizes(self, folder: str) -> dict[str, dict[str, int]]:
        """What `sizes` gives of each folder in `folder` that has files, by name."""
        sizes: dict[str, dict[str, int]] = {}
        with self._told("read"), suppress(FileNotFoundError):
            self.fs.invalidate_cache()
            self.fs.ls(self._at(folder))  # `find` is silent where a folder cannot be read
            for path, one in self.fs.find(self._at(folder), detail=True).items():
                *_, outer, inner, name = path.split("/")
                if outer == folder:
                    sizes.setdefault(inner, {})[name] = int(one["size"] or 0)
        return sizes

    def remove(self, name: str) -> None:
        """Delete a file, if it is there."""
        with self._told("written"), suppress(FileNotFoundError):
            self.fs.rm_file(self._at(name))

    def remove_folder(self, folder: str) -> None:
        """Delete a folder with all that is in it, if it is there."""
        with self._told("written"), suppress(FileNotFoundError):
            self.fs.rm(self._at(folder), recursive=True)

    def age(self, name: str) -> float:
        """Seconds since a file was written; 0 where the driver cannot tell."""
        with suppress(Exception):
            return (datetime.now(UTC) - self.fs.modified(self._at(name))).total_seconds()
        return 0.0

    def agreed(self, name: str, text: str) -> str:
        """The text of the file `name`, which is made, with `text`, if it is missing.

        All who ask have the same answer, also two who begin at once: the file is made by a call that fails where there is one already, and
        only what is read back counts. Where a driver has no such call, who reads back waits a second first, until the last has written.
        """
        with self._told("written"):
            try:
                with suppress(FileExistsError), self.fs.open(self._at(name), "xb") as file:
                    file.write(text.encode())
            except (ValueError, NotImplementedError):  # no such call
                self.fs.pipe_file(self._at(name), text.encode())
                time.sleep(1)
        for _ in range(TRIES):
            if found := (self.read(name) or b"").decode("utf-8", "replace").strip():
                return found
            time.sleep(0.1)
        raise StoreError(f"The file {name} in the folder that {SETTING} names is empty: delete it there, then start the lab again.")

    @contextmanager
    def _told(self, what: str, then: str = "") -> Iterator[None]:
        """Turn the errors of the driver into sentences. `what`: what could not be done with the folder; `then`: what to do at last."""
        try:
            yield
        except Exception as error:
            if self._opened:  # until then there is no log, and who starts the lab reads the sentence
                log.warning("The folder that %s names cannot be %s", SETTING, what, exc_info=True)
            if out_of_files(error):
                raise BusyError(f"The folder that {SETTING} names cannot be {what} now. {remedy(error)}") from error
            if passes(error):
                raise BusyError(
                    f"The folder that {SETTING} names does not answer at the moment ({reason(error)}). "
                    "Nothing is lost; try again in a minute."
                ) from error
            raise StoreError(f"The folder that {SETTING} names cannot be {what} ({reason(error)}). {_remedy(error)}{then}") from error

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root


def _driver(url: str) -> tuple[Any, str]:
    """The file system of a URL, and the path in it. Raises ConfigError in one sentence when there can be none."""
    if "://" not in url:
        raise ConfigError(f"{SETTING} is no URL: write one, {EXAMPLES}.")
    if re.match(r"(?:file|local)://(?!/|[A-Za-z]:)", url):
        raise ConfigError(f"{SETTING} names a folder without its whole path: write three slashes, as in file:///mnt/lab.")
    from fsspec.core import url_to_fs

    try:
        fs, root = url_to_fs(url)
    except ImportError as error:
        missing = getattr(error.__cause__, "name", None) or error
        raise ConfigError(
            f"The URL in {SETTING} needs a Python package that is not installed ({missing}): install it with pip, or unset {SETTING}."
        ) from error
    except Exception as error:  # drivers check their addresses with errors of their own libraries
        kind = "" if "Protocol not known" not in str(error) else f" of an unknown kind ({url.partition('://')[0]})"
        raise ConfigError(f"{SETTING} has a URL{kind} that cannot be used: write one, {EXAMPLES}, or unset it.") from error
    return fs, root.rstrip("/")


def passes(error: Exception) -> bool:
    """Whether an error of a driver will pass by itself, as when the network is away.

    Drivers raise errors of many libraries, so whatever is not known to last is taken to pass: who waits says for what.
    """
    return not isinstance(error, LASTING) and getattr(error, "errno", None) not in FULL | READ_ONLY


def reason(error: BaseException | None) -> str:
    """An error in a few words: those of the system, else its name, for its own words may hold an address with a password."""
    return getattr(error, "strerror", None) or type(error).__name__


def _remedy(error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number in FULL:
        return "Free some space there or delete old runs."
    if isinstance(error, PermissionError) or number in READ_ONLY:
        return "Give the lab the right to read and write there."
    return "Check that it is still there, and that its address is right."
