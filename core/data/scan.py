"""What lies in a folder of class folders, found without opening a file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import numpy as np

from core.errors import DataError

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

    Raises DataError when it is missing, unreadable, empty, or has images but no class folders.
    """
    root = os.path.abspath(os.path.expanduser(folder))
    if not os.path.isdir(root):
        wrong = "is a file, not a folder: unpack it" if os.path.exists(root) else "does not exist: check the path"
        raise DataError(f"The folder {root} {wrong}, and name a folder that holds a folder for each class.")
    parts = _parts(root)
    found = []  # (part, class, path, size, changed)
    for part, place in parts:
        classes = _folders(place)
        if not classes:
            files = any(_files(place))
            state = "has files but no class folders" if files else "is empty"
            raise DataError(f"The folder {place} {state}. {HOW}")
        found += [(part, c, *file) for c, inside in classes for file in _files(inside, deep=True)]
    if not found:
        raise DataError(f"The class folders in {root} are empty. {HOW}")
    found.sort()
    names = tuple(dict.fromkeys(part for part, _ in parts))
    classes = tuple(sorted({c for _, c, *_ in found}))
    index = {c: k for k, c in enumerate(classes)}
    return Scan(
        root=root,
        files=[(path, size, changed) for *_, path, size, changed in found],
        labels=np.array([index[c] for _, c, *_ in found], np.int64),
        parts=np.array([names.index(part) for part, *_ in found], np.int64),
        classes=classes,
        names=names,
    )


def _parts(root: str) -> list[tuple[str, str]]:
    """(part, folder): train/, val/ and test/ when train/ has class folders of its own, else the folder itself.

    A flat set may well have a class that is called "train".
    """
    inside = _folders(root)
    parts = sorted((PARTS[name.lower()], path) for name, path in inside if name.lower() in PARTS)
    if any(part == "train" and _folders(path) for part, path in parts):
        return parts
    if parts and len(parts) == len(inside) and any(_folders(path) for _, path in parts):
        raise DataError(f"The folder {root} has {parts[0][0]}/ but no class folders in train/: add them, or name a folder that has them.")
    return [("", root)]


def _entries(folder: str) -> list[os.DirEntry]:
    try:
        with os.scandir(folder) as entries:
            return [e for e in entries if not e.name.startswith(".")]
    except OSError as error:
        raise DataError(f"The folder {folder} cannot be read ({error.strerror}): give it read permission.") from error


def _folders(folder: str) -> list[tuple[str, str]]:
    return sorted((e.name, e.path) for e in _entries(folder) if e.is_dir())


def _files(folder: str, deep: bool = False, above: frozenset = frozenset()) -> Iterator[tuple[str, int, int]]:
    """(path, size, changed) of the files in a folder, if `deep` of all below; links to a folder above lead nowhere."""
    here = os.stat(folder)
    identity = (here.st_dev, here.st_ino)
    if identity in above:
        return
    for entry in _entries(folder):
        if entry.is_file():
            state = entry.stat()
            yield entry.path, state.st_size, state.st_mtime_ns
        elif deep and entry.is_dir():
            yield from _files(entry.path, deep, above | {identity})
