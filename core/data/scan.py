"""What lies in a folder of class folders, found without opening a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import numpy as np

from core.errors import DataError, Place
from core.folders import check_open, whole_path
from core.text import taken

PARTS = {"train": "train", "val": "val", "valid": "val", "validation": "val", "test": "test"}  # folder -> part
HOW = "Make one folder for each class and put its images there."


@dataclass(frozen=True, eq=False)
class Scan:
    """The files of a folder, sorted. `labels` (F,) and `parts` (F,) int64 index `classes` and `names`."""

    root: str
    files: list[tuple[str, int, int]]  # path, size in bytes, time of last change in nanoseconds
    labels: np.ndarray
    parts: np.ndarray
    classes: tuple[str, ...]
    names: tuple[str, ...]  # ("",) for a flat folder, else some of "train", "val", "test"

    @property
    def paths(self) -> list[str]:
        return [path for path, _, _ in self.files]

    @cached_property
    def fingerprint(self) -> str:
        """Changes when a file is added, removed, renamed or rewritten."""
        text = "\n".join(f"{path}\0{size}\0{changed}" for path, size, changed in self.files)
        return blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def scan(folder: str | Path) -> Scan:
    """List a folder of class folders, or of train/ and any of val/ and test/ with class folders; nothing hidden.

    A class is called as its folder, with stand-ins for what cannot be shown.
    Raises DataError when who asks may not open it, and when it is missing, unreadable, empty, or has images but no class folders.
    """
    check_open(folder)
    root = whole_path(folder)
    if not os.path.isdir(root):
        wrong = "is a file, not a folder: unpack it" if os.path.exists(root) else "does not exist: check the path"
        raise DataError("The folder ", Place(root), f" {wrong}, and name a folder that holds a folder for each class.")
    parts = _parts(root)
    found = []  # (part, class, path, size, changed)
    for part, place in parts:
        classes = _folders(place)
        if not classes:
            files = any(_files(place))
            state = "has files but no class folders" if files else "is empty"
            raise DataError("The folder ", Place(place), f" {state}. {HOW}")
        found += [(part, c, *file) for c, inside in classes for file in _files(inside, deep=True)]
    if not found:
        raise DataError("The class folders in ", Place(root), f" are empty. {HOW}")
    found.sort()
    inside = tuple(dict.fromkeys(part for part, _ in parts))
    names = sorted({c for _, c, *_ in found})
    index = {c: k for k, c in enumerate(names)}
    return Scan(
        root=root,
        files=[(path, size, changed) for *_, path, size, changed in found],
        labels=np.array([index[c] for _, c, *_ in found], np.int64),
        parts=np.array([inside.index(part) for part, *_ in found], np.int64),
        classes=_shown(names, root),
        names=inside,
    )


def _shown(names: list[str], root: str) -> tuple[str, ...]:
    """What the class folders are called; raises DataError for two that look the same: their numbers could not be told apart."""
    shown = tuple(map(taken, names))
    if twice := next((name for name in shown if shown.count(name) > 1), ""):
        raise DataError("Two class folders in ", Place(root), f" look the same when they are shown ({twice}): rename one of them.")
    return shown


def _parts(root: str) -> list[tuple[str, str]]:
    """(part, folder): train/, val/ and test/ when train/ has class folders of its own, else the folder itself.

    A flat set may well have a class that is called "train".
    """
    inside = _folders(root)
    parts = sorted((PARTS[name.lower()], path) for name, path in inside if name.lower() in PARTS)
    if any(part == "train" and _folders(path) for part, path in parts):
        return parts
    if parts and len(parts) == len(inside) and any(_folders(path) for _, path in parts):
        raise DataError(
            "The folder ", Place(root), f" has {parts[0][0]}/ but no class folders in train/: add them, or name a folder that has them."
        )
    return [("", root)]


def _entries(folder: str) -> list[os.DirEntry]:
    try:
        with os.scandir(folder) as entries:
            return [e for e in entries if not e.name.startswith(".")]
    except OSError as error:
        raise _unreadable(folder, error) from error


def _unreadable(folder: str, error: OSError) -> DataError:
    return DataError("The folder ", Place(folder), f" cannot be read ({error.strerror}): give it read permission.")


def _folders(folder: str) -> list[tuple[str, str]]:
    return sorted((e.name, e.path) for e in _entries(folder) if _is(e.is_dir))


def _is(kind: Callable[[], bool]) -> bool:
    """Whether an entry is of a kind; of one that nobody can say it of (a link in a circle) it is not."""
    try:
        return kind()
    except OSError:
        return False


def _files(folder: str, deep: bool = False, above: frozenset = frozenset()) -> Iterator[tuple[str, int, int]]:
    """(path, size, changed) of the files in a folder, if `deep` of all below; links to a folder above lead nowhere."""
    try:
        here = os.stat(folder)
    except OSError as error:
        raise _unreadable(folder, error) from error
    identity = (here.st_dev, here.st_ino)
    if identity in above:
        return
    for entry in _entries(folder):
        if _is(entry.is_file):
            try:
                state = entry.stat()
            except OSError:  # gone since it was listed
                continue
            yield entry.path, state.st_size, state.st_mtime_ns
        elif deep and _is(entry.is_dir):
            yield from _files(entry.path, deep, above | {identity})
