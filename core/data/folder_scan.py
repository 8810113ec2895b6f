"""What lies in a folder of class folders, found without opening a file."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from unicodedata import normalize

import numpy as np

from core.data.layout import FolderLayout
from core.data.progress import Progress, throttled
from core.data.squeezing import READING
from core.errors import DataError, Place
from core.folders import check_open, whole_path
from core.pasted import pasted
from core.text import taken

MOST_ENTRIES = 300_000  # files and folders that are listed: each takes some hundred bytes, and a whole disk is no data set
MOST_CLASSES = 1000  # a confusion matrix of them has a million cells, and there is one an epoch
LOOK_EVERY = 500  # entries


@dataclass(frozen=True, eq=False)
class FolderListing:
    """The files of a folder, sorted. `labels` (F,) and `parts` (F,) int64 index `classes` and `names`."""

    root: str
    files: list[tuple[str, int, int]]  # path, size in bytes, time of last change in nanoseconds
    labels: np.ndarray
    parts: np.ndarray
    classes: tuple[str, ...]
    names: tuple[str, ...]  # ("",) for a flat folder, else some of "train", "val", "test"
    left: tuple[tuple[str, str], ...] = ()  # what of the folder is left out, and why
    notes: tuple[str, ...] = ()  # how it was read, where that does not go without saying
    other_files: int = 0  # in class folders, that are no pictures by name

    @property
    def paths(self) -> list[str]:
        return [path for path, _, _ in self.files]

    @cached_property
    def fingerprint(self) -> str:
        """Changes when a file is added, removed, renamed or rewritten, and when the lab reads pictures in another way."""
        text = "\n".join([str(READING), *(f"{path}\0{size}\0{changed}" for path, size, changed in self.files)])
        return blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def scan(folder: str | Path, progress: Progress | None = None) -> FolderListing:
    """List a folder of class folders, or of train/ and any of val/ and test/ with class folders (`core.data.layout`); nothing hidden.

    A class is called as its folder, with stand-ins for what cannot be shown.
    No picture is opened. Raises DataError when who asks may not open it, and when it is missing, unreadable, empty, too large, can be read
    in two ways, or has images but no class folders; and what `progress` raises.
    """
    check_open(folder)
    root = whole_path(folder)
    if not os.path.isdir(root):
        raise DataError(*_not_there(pasted(os.fspath(folder)), root), ", and name a folder that holds a folder for each class.")
    layout = FolderLayout(root, Counter(root, progress).one_more)
    names = sorted({label for _, label, _ in layout.found})
    if len(names) > MOST_CLASSES:
        raise DataError(
            "The folder ",
            Place(root),
            f" has {len(names):,} class folders, and at most {MOST_CLASSES:,} classes are told apart: name a folder with fewer.",
        )
    index = {name: k for k, name in enumerate(names)}
    inside = sorted({part for part, *_ in layout.found})
    return FolderListing(
        root=root,
        files=[(path, *state_of(path)) for *_, path in layout.found],
        labels=np.array([index[label] for _, label, _ in layout.found], np.int64),
        parts=np.array([inside.index(part) for part, *_ in layout.found], np.int64),
        classes=_shown(names, root),
        names=tuple(inside),
        left=tuple(layout.left),
        notes=tuple(layout.notes),
        other_files=layout.other_files,
    )


def _not_there(said: str, root: str) -> list:
    """The beginning of the sentence on a path at which there is no folder."""
    if re.match(r"[A-Za-z][A-Za-z+]+://", said):
        return [Place(said), " is an address, no folder: download what is there, unpack it"]
    if os.sep == "/" and re.match(r"[A-Za-z]:[\\/]|\\\\", said):
        return [Place(said), " is a path of Windows, and the lab runs on another system: bring the folder there"]
    wrong = "is a file, not a folder: unpack it" if os.path.exists(root) else "does not exist: check the path"
    return ["The folder ", Place(root), f" {wrong}"]


def state_of(path: str) -> tuple[int, int]:
    """Size and time of last change; zeros of a link that leads nowhere."""
    try:
        state = os.stat(path)
    except OSError:
        return 0, 0
    return state.st_size, state.st_mtime_ns


def _shown(names: list[str], root: str) -> tuple[str, ...]:
    """What the class folders are called; raises DataError for two that look the same: their numbers could not be told apart."""
    shown = tuple(taken(normalize("NFC", name).strip()) for name in names)
    if twice := next((name for name in shown if shown.count(name) > 1), ""):
        raise DataError("Two class folders in ", Place(root), f" look the same when they are shown ({twice}): rename one of them.")
    return shown


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
            )
        if self.entries % LOOK_EVERY == 1:
            self._report(self.entries, 0, "Listing files")
