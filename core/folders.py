"""Folders that people name: whether there is one, and who may open it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from core.errors import DataError
from core.pasted import pasted
from core.places import all_places
from core.text import path_problem

ROOTS = "LAB_DATA_ROOT"  # in the environment: folders below which everybody may open one, parted as in PATH
REFUSED = (
    "Only the machine's own user, or in a class the instructor, opens any folder of the server. Others open those below the folders that "
    "were named when the lab was started (--data-root DIR): choose another data set, or ask who runs this lab."
)


def _nobody() -> bool:
    return False


_stranger: Callable[[], bool] = _nobody


def ask(stranger: Callable[[], bool]) -> None:
    """From now on `stranger` tells whether who asks is neither the machine's own user nor, in a class, the instructor. Until then nobody is
    one: a command, a script."""
    global _stranger
    _stranger = stranger


def is_stranger() -> bool:
    """Whether who asks is neither the machine's own user nor, in a class, the instructor."""
    return _stranger()


def roots() -> list[str]:
    """The folders below which everybody may open one, without links."""
    return [os.path.realpath(os.path.expanduser(root)) for root in os.environ.get(ROOTS, "").split(os.pathsep) if root]


def whole_path(folder: str | Path) -> str:
    """The absolute path of a folder that somebody named, or pasted (`core.pasted`). Raises DataError for what can be no path."""
    text = pasted(os.fspath(folder))
    if not text:
        raise DataError("No folder is named: name one that holds a folder for each class.")
    if problem := path_problem(text):
        raise DataError(f"The name of the folder {problem}.")
    return os.path.abspath(os.path.expanduser(text))


def may_open(folder: str | Path) -> bool:
    """Whether who asks may open `folder`.

    The machine's own user, or in a class the instructor, any. Others one of `roots()` or one below, links followed first, and where a known
    data set was said to lie, which all may train on: that folder itself, and none beside or below it.
    """
    if not _stranger():
        return True
    try:
        real = Path(os.path.realpath(whole_path(folder)))
    except (OSError, ValueError, DataError):
        return False
    return any(real.is_relative_to(root) for root in roots()) or str(real) in map(os.path.realpath, all_places())


def check_open(folder: str | Path) -> None:
    """Raise DataError unless who asks may open `folder`: the same sentence whether there is one or not. "" is none, and refused nobody."""
    if folder and not may_open(folder):
        raise DataError(REFUSED)


def is_there(place: str | Path) -> bool:
    """Whether there is such a folder or archive, and who asks may open it. Never raises, whatever the text is: too long, no path, a link to
    itself."""
    try:
        return may_open(place) and os.path.exists(whole_path(place))
    except (OSError, ValueError, DataError):
        return False


def checked_roots(folders: Sequence[str | Path]) -> str:
    """`folders` as the setting `LAB_DATA_ROOT` holds them. Raises DataError for one that is not there, or whose name would part it."""
    for folder in folders:
        if not os.path.isdir(whole_path(folder)):
            raise DataError(f"The folder {whole_path(folder)} does not exist: name an existing one with --data-root.")
        if os.pathsep in os.fspath(folder):
            raise DataError(f"The name of a folder for --data-root may not hold {os.pathsep!r}: rename it, or name a folder above it.")
    return os.pathsep.join(map(whole_path, folders))
