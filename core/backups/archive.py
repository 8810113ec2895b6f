"""The file of a backup: a zip without compression, with a list of its files, their sizes and their SHA-256.

Who reads one believes nothing of it. Names are compared with the few forms that a backup has, so none leads out of a folder; each occurs
once, in whatever letters; nothing is a link or packed, and all sizes together are at most that of the file, so nothing grows.
"""

from __future__ import annotations

import json
import re
import stat
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Self

from core.errors import Place, StoreError
from core.files import remedy

DATABASE = "lab.sqlite"
LIST = "list.json"
FORMAT = 1
CHUNK = 2**20  # bytes that are read at a time
MOST_LIST = 2**28  # bytes
# what reading a file raises that is no zip, or was changed
STRANGE = (zipfile.BadZipFile, struct.error, ValueError, TypeError, LookupError, AttributeError, RuntimeError, EOFError, ArithmeticError)

PART = r"(?![. ])[^\x00-\x1f\x7f/\\:*?\"<>|]+(?<![. ])"  # a name that every system takes, and none hides
NAMES = re.compile(
    rf"lab\.sqlite|home\.id|(?:person|instructor)\.key|data/{PART}\.place|runs/{PART}/{PART}\.(?:safetensors|json)|made(?:/{PART}){{1,4}}"
)
FOLDERS = re.compile(rf"made(?:/{PART}){{0,3}}")  # that are kept though they may be empty: the classes of a set


def is_kept(name: str) -> bool:
    """Whether a backup has files of this name, which is relative to a home and has / between its parts."""
    return NAMES.fullmatch(name) is not None and len(name) < 1000


class ArchiveWriter:
    """Writes a backup into an open file. Errors of the disk are those of the system: OSError."""

    def __init__(self, out: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(out, "w")
        self._files: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError, ValueError):  # what was begun is thrown away
            self._zip.close()

    @property
    def count(self) -> int:
        """How many files it has."""
        return len(self._files)

    def add(self, name: str, source: BinaryIO, size: int) -> None:
        """Add the first `size` bytes of an open file. Raises StoreError where it has fewer."""
        assert is_kept(name) and name not in self._files, name
        info, summed, left = zipfile.ZipInfo(name), sha256(), size
        info.file_size, info.external_attr = size, (stat.S_IFREG | 0o600) << 16
        with self._zip.open(info, "w") as target:
            while left:
                if not (chunk := source.read(min(CHUNK, left))):
                    raise StoreError(f"The file {name} became shorter while it was read: try again.")
                summed.update(chunk)
                target.write(chunk)
                left -= len(chunk)
        self._files[name] = {"size": size, "sha256": summed.hexdigest()}

    def close(self, folders: list[str]) -> None:
        """Write the list of the files, and of folders that may be empty."""
        self._zip.writestr(LIST, json.dumps({"format": FORMAT, "folders": folders, "files": self._files}))
        self._zip.close()


class Archive:
    """A backup that is read: `sizes` are the bytes of its files by name, `folders` what it has though it may be empty.

    Raises StoreError when it cannot be opened, is none, or has something that a backup has not.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise StoreError(
                "The backup ", Place(path), f" cannot be read ({error.strerror}). {remedy(error, 'Check its name.')}"
            ) from error
        try:
            with self._understood():
                self._zip = zipfile.ZipFile(self._file)
                self.folders, self._sums = self._read_list()
                self.sizes = {info.filename: info.file_size for info in self._zip.infolist() if info.filename != LIST}
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def copy(self, name: str, out: BinaryIO | None = None) -> int:
        """Read a file to its end, and write it into an open one if that is given; its bytes. Raises StoreError when it is not what it was.

        What cannot be written raises OSError.
        """
        summed = sha256()
        for chunk in self._chunks(name):
            summed.update(chunk)
            if out:
                out.write(chunk)
        if summed.hexdigest() != self._sums[name]:
            raise self._strange(f"{name} is not what was kept")
        return self.sizes[name]

    def _chunks(self, name: str) -> Iterator[bytes]:
        with self._understood():
            source = self._zip.open(name)
        while True:
            with self._understood():
                chunk = source.read(CHUNK)
            if not chunk:
                return
            yield chunk

    def _read_list(self) -> tuple[list[str], dict[str, str]]:
        """The folders, and the checksum of each file, after all names were looked at."""
        entries, size = self._zip.infolist(), self._path.stat().st_size
        names = [info.filename for info in entries]
        for info in entries:
            if problem := _problem(info):
                raise ValueError(problem)
        if len({name.casefold() for name in names}) < len(names):
            raise ValueError("a name occurs twice")
        if sum(info.file_size for info in entries) > size:
            raise ValueError("its files have more bytes than itself")
        if LIST not in names or self._zip.getinfo(LIST).file_size > MOST_LIST:
            raise ValueError("its list is missing or too long")
        about = json.loads(self._zip.read(LIST))
        if about["format"] != FORMAT:
            raise ValueError("it was made by another version of the lab")
        files, folders = about["files"], about["folders"]
        if not all(FOLDERS.fullmatch(folder) for folder in folders):
            raise ValueError("a folder has a name that no backup's has")
        if {name: one["size"] for name, one in files.items()} != {i.filename: i.file_size for i in entries if i.filename != LIST}:
            raise ValueError("its list does not fit")
        if DATABASE not in files:
            raise ValueError("it has no database")
        return folders, {name: one["sha256"] for name, one in files.items()}

    @contextmanager
    def _understood(self) -> Iterator[None]:
        try:
            yield
        except RecursionError as error:
            raise self._strange("its list is not to be read") from error
        except STRANGE as error:
            raise self._strange(str(error)) from error
        except OSError as error:  # a place in the file that cannot be, or a disk that does not answer
            raise self._strange(error.strerror or str(error)) from error

    def _strange(self, why: str) -> StoreError:
        return StoreError(
            "The file ", Place(self._path), f" is no whole backup of a lab ({why[:200]}): nothing was changed. Use another backup."
        )


def _problem(info: zipfile.ZipInfo) -> str:
    """What an entry has that no backup's has; "" where nothing."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if info.filename != info.orig_filename or not (info.filename == LIST or is_kept(info.filename)):
        return "a file has a name that no backup's has"
    if kind not in (0, stat.S_IFREG):
        return "a file is none, but a link or the like"
    if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
        return "a file is packed or encrypted"
    return ""
