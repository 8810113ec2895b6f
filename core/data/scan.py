"""What lies in a folder of class folders, found without opening a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

import numpy as np

from core.data.progress import Progress, throttled
from core.data.squeezing import READING
from core.errors import DataError, Place
from core.files import remedy
from core.folders import check_open, whole_path
from core.text import taken

PARTS = {"train": "train", "val": "val", "valid": "val", "validation": "val", "test": "test"}  # folder -> part
HOW = "Make one folder for each class and put its images there."
MOST_ENTRIES = 300_000  # files and folders that are listed: each takes some hundred bytes, and a whole disk is no data set
MOST_CLASSES = 1000  # a confusion matrix of them has a million cells, and there is one an epoch
LOOK_EVERY = 500  # entries


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
        """Changes when a file is added, removed, renamed or rewritten, and when the lab reads pictures in another way."""
        text = "\n".join([str(READING), *(f"{path}\0{size}\0{changed}" for path, size, changed in self.files)])
        return blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def scan(folder: str | Path, progress: Progress | None = None) -> Scan:
    """List a folder of class folders, or of train/ and any of val/ and test/ with class folders; nothing hidden.

    A class is called as its folder, with stand-ins for what cannot be shown.
    Nothing is opened. Raises DataError when who asks may not open it, and when it is missing, unreadable, empty, too large, or has images
    but no class folders; and what `progress` raises.
    """
    check_open(folder)
    root = whole_path(folder)
    if not os.path.isdir(root):
        wrong = "is a file, not a folder: unpack it" if os.path.exists(root) else "does not exist: check the path"
        raise DataError("The folder ", Place(root), f" {wrong}, and name a folder that holds a folder for each class.")
    count = Counter(root, progress)
    parts = _parts(root, count)
    found = []  # (part, class, path, size, changed)
    for part, place in parts:
        classes = _folders(place, count)
        if not classes:
            files = any(_files(place, count))
            state = "has files but no class folders" if files else "is empty"
            raise DataError("The folder ", Place(place), f" {state}. {HOW}")
        if len(classes) > MOST_CLASSES:
            raise DataError(
                "The folder ", Place(place), f" has {len(classes):,} class folders, and at most {MOST_CLASSES:,} classes are told apart: "
                "name a folder with fewer."
            )  # fmt: skip
        found += [(part, c, *file) for c, inside in classes for file in _files(inside, count, deep=True)]
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


def _parts(root: str, count: Counter) -> list[tuple[str, str]]:
    """(part, folder): train/, val/ and test/ when train/ has class folders of its own, else the folder itself.

    A flat set may well have a class that is called "train".
    """
    inside = _folders(root, count)
    parts = sorted((PARTS[name.lower()], path) for name, path in inside if name.lower() in PARTS)
    if any(part == "train" and _folders(path, count) for part, path in parts):
        return parts
    if parts and len(parts) == len(inside) and any(_folders(path, count) for _, path in parts):
        raise DataError(
            "The folder ", Place(root), f" has {parts[0][0]}/ but no class folders in train/: add them, or name a folder that has them."
        )
    return [("", root)]


class Counter:
    """Counts what has been listed: raises DataError beyond `MOST_ENTRIES`, and lets `progress` end the listing."""

    def __init__(self, root: str, progress: Progress | None) -> None:
        self.root, self.entries, self._report = root, 0, throttled(progress)

    def one_more(self) -> None:
        """Count an entry."""
        self.entries += 1
        if self.entries > MOST_ENTRIES:
            raise DataError(
                "The folder ", Place(self.root), f" has more than {MOST_ENTRIES:,} files and folders in it: name one that has fewer."
            )  # fmt: skip
        if self.entries % LOOK_EVERY == 1:
            self._report(self.entries, 0, "Listing files")


def _entries(folder: str, count: Counter) -> list[os.DirEntry]:
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                count.one_more()
                if not entry.name.startswith("."):
                    found.append(entry)
    except OSError as error:
        raise _unreadable(folder, error) from error
    return found


def _unreadable(folder: str, error: OSError) -> DataError:
    return DataError("The folder ", Place(folder), f" cannot be read ({error.strerror}). {remedy(error, 'Give it read permission.')}")


def _folders(folder: str, count: Counter) -> list[tuple[str, str]]:
    return sorted((e.name, e.path) for e in _entries(folder, count) if _is(e.is_dir))


def _is(kind: Callable[[], bool]) -> bool:
    """Whether an entry is of a kind; of one that nobody can say it of (a link in a circle) it is not."""
    try:
        return kind()
    except OSError:
        return False


def _files(folder: str, count: Counter, deep: bool = False, above: frozenset = frozenset()) -> Iterator[tuple[str, int, int]]:
    """(path, size, changed) of the files in a folder, if `deep` of all below; links to a folder above lead nowhere."""
    try:
        here = os.stat(folder)
    except OSError as error:
        raise _unreadable(folder, error) from error
    identity = (here.st_dev, here.st_ino)
    if identity in above:
        return
    for entry in _entries(folder, count):
        if _is(entry.is_file):
            try:
                state = entry.stat()
            except OSError:  # gone since it was listed
                continue
            yield entry.path, state.st_size, state.st_mtime_ns
        elif deep and _is(entry.is_dir):
            yield from _files(entry.path, count, deep, above | {identity})
