"""Sets of pictures that a class has made: what one may be called, and where it lies. A set is a folder of class folders of PNG files.

    <home>/made/<set>/<class>/<id>.png

A name in a config or a link is checked here before anything is made of it: it never leads out of the folder `made`. No torch here.
"""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path
from unicodedata import normalize

from core.errors import ConfigError, DataError
from core.home import lab_home
from core.text import quoted, taken

MADE = "made"  # the data set, and the folder of all sets in a home
MOST_NAME = 40  # letters of a set's name, and of a class
PICTURE = ".png"
LEAST_CLASSES, LEAST_PICTURES = 2, 3  # that a set needs to be split in three; pictures of a class, on the average
SEPARATORS = frozenset('/\\:*?"<>|')  # what parts the names of a path, or cannot be in one, on any system
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}  # names that Windows keeps


def name_problem(name: str) -> str:
    """What keeps `name` from being that of a set or a class: the end of a sentence; empty when nothing does."""
    if not name:
        return "is empty: type some letters"
    if len(name) > MOST_NAME:
        return f"has {len(name):,} letters, and {MOST_NAME} at most can be given"
    if SEPARATORS & {*name}:
        return f"holds one of the signs {' '.join(sorted(SEPARATORS))}: leave it out"
    if name[0] in ".-" or name[-1] == ".":
        return "begins or ends with a sign that a folder's name cannot begin or end with: choose a letter or a digit"
    if taken(name) != name or normalize("NFC", " ".join(name.split())) != name:
        return "holds a sign that cannot be seen, or a letter in an unusual form: type it anew"
    if name.split(".")[0].lower() in DEVICES:
        return "is kept by an operating system for itself: choose another one"
    return ""


def checked_name(text: str, what: str) -> str:
    """The name that somebody has typed for a set or a class, without spaces around it. Raises ConfigError when it can be none."""
    name = normalize("NFC", " ".join(text[: 10 * MOST_NAME].split()))
    if problem := name_problem(name):
        raise ConfigError(f"The name {quoted(name)} of {what} {problem}.")
    return name


def made_root(home: str | Path | None = None) -> Path:
    """The folder of all sets in a home. It need not be there."""
    return lab_home(home) / MADE


def set_folder(name: str, home: str | Path | None = None) -> Path:
    """The folder of a set, whether or not there is one. Raises ConfigError for a name that can be none."""
    return made_root(home) / checked_name(name, "a set")


def made_sets(home: str | Path | None = None) -> list[str]:
    """The names of all sets in a home, sorted."""
    return [name for name, _ in _folders(made_root(home))]


def classes_of(folder: Path) -> list[str]:
    """The names of the classes of a set, sorted, whether or not there are pictures of each."""
    return [name for name, _ in _folders(folder)]


def pictures_of(folder: Path) -> dict[str, list[Path]]:
    """The files of the pictures of a set by class, both sorted. What is hidden, a symbolic link or no PNG by its name is none."""
    return {name: _files(path) for name, path in _folders(folder)}


def contents(name: str, home: str | Path | None = None) -> tuple[int, int]:
    """How many classes of a set have pictures, and how many all have. Raises DataError where none is named so."""
    counts = [len(files) for files in pictures_of(known_folder(name, home)).values()]
    return sum(map(bool, counts)), sum(counts)


def in_words(classes: int, pictures: int) -> str:
    """So many pictures of so many classes, in words."""
    return f"{pictures:,} picture{'s' * (pictures != 1)} of {classes} class{'es' * (classes != 1)}"


def check_enough(name: str, classes: int, pictures: int) -> None:
    """Raise DataError, with what is missing, for a set of so many classes and pictures that is too small to be split in three."""
    short = max(0, LEAST_PICTURES * max(classes, LEAST_CLASSES) - pictures)
    wanted = [f"{short} more picture{'s' * (short > 1)}"] if short else []
    wanted += [f"pictures of {LEAST_CLASSES} classes"] if classes < LEAST_CLASSES else []
    if wanted:
        raise DataError(
            f"The set of drawings {quoted(name)} is too small to be trained on: it has {in_words(classes, pictures)}. "
            f"It needs {' and '.join(wanted)} at least."
        )


def stamp(name: str, home: str | Path | None = None) -> str:
    """Changes when a picture of a set is added or taken away; "" of a set that is not there."""
    try:
        files = [file.name for paths in pictures_of(set_folder(name, home)).values() for file in paths]
    except ConfigError:
        return ""
    return blake2b("\n".join(files).encode(), digest_size=8).hexdigest() if files else ""


def known_folder(name: str, home: str | Path | None = None) -> Path:
    """The folder of a set that is there. Raises DataError, with the sets that are there, where none is named so."""
    there = made_sets(home)
    if name in there:
        return made_root(home) / name
    drawn = f"There are: {', '.join(there)}." if there else "None has been drawn yet."
    raise DataError(
        f"There is no set of drawings {quoted(name)} in the home of this lab. {drawn} A set is made on the page Drawings; one of "
        f"another lab has to be put into the folder {MADE} of this lab's home."
        if name
        else f"The data set 'made' needs the name of a set of drawings (--made NAME). {drawn} A set is made on the page Drawings."
    )


def _folders(folder: Path) -> list[tuple[str, Path]]:
    """The folders in a folder that may be sets or classes, sorted by their names; symbolic links are none."""
    try:
        with os.scandir(folder) as entries:
            found = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False) and not name_problem(entry.name)]
    except OSError:
        return []
    return [(name, folder / name) for name in sorted(found)]


def _files(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            found = [entry.name for entry in entries if entry.is_file(follow_symlinks=False) and not entry.name.startswith(".")]
    except OSError:
        return []
    return [folder / name for name in sorted(found) if name.endswith(PICTURE)]
