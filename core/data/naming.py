"""Known data sets that lie on this machine already: where is said once, checked then, and known to every page and command."""

from __future__ import annotations

import os
import re
from pathlib import Path

from core import folders
from core.data import DATASETS, data_spec, found_place
from core.data.split_names import split_of
from core.errors import ConfigError, DataError, Place
from core.places import keep_place
from core.text import bare


def name_place(name: str, path: str, home: str | Path | None = None) -> str:
    """From now on the known data set `name` is read from `path` on every page; returns the path at which its files lie.

    It may be a copy as its authors give it (an archive or a folder), or a folder of its class folders. Raises ConfigError for a data set
    that is never looked for on a disk, and DataError when there is no such copy, or who asks may not open any folder.
    """
    from core.data.copies import innermost

    spec = data_spec(name)
    if not spec.copy:
        raise ConfigError(f"The data set {name!r} is in no files of its own. Those that can be named are {', '.join(_with_copies())}.")
    if folders.is_stranger():
        raise DataError(f"Only the machine's own user, or in a class the instructor, says where {spec.title} lies: ask who runs this lab.")
    place = folders.whole_path(path)
    if not os.path.exists(place):
        raise DataError("There is nothing at ", Place(place), f": check the path. {_wanted(name)}")
    _check(name, place)
    place = innermost(place) or place  # who named a folder of downloads did not mean to open all of it to everybody
    keep_place(name, place, home)
    return place


def class_folders(name: str, home: str | Path | None = None) -> str:
    """The named place of a data set if it is a folder of class folders there; else an empty text."""
    from core.data.copies import has_copy

    place = name and found_place(name, home)
    return place if place and not has_copy(place) else ""


def folder_name(path: str) -> str:
    """What a folder of images is called: its last name, or that of the folder above where the last one only names a split."""
    names = [part for part in re.split(r"[\\/]", path) if part]
    while len(names) > 1 and split_of(names[-1])[0] and not split_of(names[-1])[1]:
        names.pop()
    return bare(names[-1]) if names else ""


def set_of_folder(path: str) -> str:
    """The known data set whose name a folder bears ("cifar10" for /data/CIFAR-10/train); "" for any other folder."""
    called = re.sub(r"[^a-z0-9]", "", folder_name(path).lower())
    return next((name for name, spec in DATASETS.items() if called in spec.called), "")


def _with_copies() -> list[str]:
    return [name for name, spec in DATASETS.items() if spec.copy]


def _check(name: str, place: str) -> None:
    """Raise DataError unless the files at `place` are those of the data set. No picture is opened."""
    from core.data.copies import copy_at, has_copy
    from core.data.folder_scan import scan

    spec = DATASETS[name]
    if has_copy(place):
        copy = copy_at(place)
        if copy is None or not copy.of(name):
            raise DataError("The copy in ", Place(place), f" is not one of {spec.title}. {_wanted(name)}")
        return
    if not spec.classes or os.path.isfile(place):
        raise DataError(Place(place), f" is no copy of {spec.title}. {_wanted(name)}")
    classes = scan(place).classes
    if classes != spec.classes:
        strange = next((f"has a class {name!r}" for name in classes if name not in spec.classes), f"has {len(classes)} class folders")
        raise DataError(Place(place), f" {strange}. {_wanted(name)}")


def _wanted(name: str) -> str:
    spec = DATASETS[name]
    folders_too = f", or a folder of its {len(spec.classes)} class folders: {', '.join(spec.classes)}" if spec.classes else ""
    return f"For {spec.title}, name {spec.copy}{folders_too}."
