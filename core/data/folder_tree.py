"""The folders below a folder and the files in them that may be pictures, each listed once. A run's PyTorch script holds this text, too."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from core.data.split_names import IMAGES, MARKS, SYSTEM_FILES, is_left_behind, is_no_picture
from core.errors import DataError, Place
from core.files import remedy


@dataclass
class Listing:
    """What lies in a folder: (name, path) of folders and of files that may be pictures, of other files, and of what is left behind."""

    folders: list[tuple[str, str]] = field(default_factory=list)
    pictures: list[tuple[str, str]] = field(default_factory=list)
    others: list[tuple[str, str]] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)


class Tree:
    """Lists folders, each once; `count` is called for every entry and may end it. Links to a folder above lead nowhere."""

    def __init__(self, count=None) -> None:
        self._known: dict[str, Listing] = {}
        self._full: dict[str, bool] = {}
        self._count = count or (lambda: None)

    def __call__(self, folder: str) -> Listing:
        if folder not in self._known:
            self._known[folder] = self._listed(folder)
        return self._known[folder]

    def _listed(self, folder: str) -> Listing:
        listing = Listing()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    self._count()
                    self._sort_in(entry, listing)
        except OSError as error:
            raise DataError(
                "The folder ", Place(folder), f" cannot be read ({error.strerror}). {remedy(error, 'Give it read permission.')}"
            ) from error
        listing.folders.sort()
        return listing

    def _sort_in(self, entry: os.DirEntry, listing: Listing) -> None:
        item = (entry.name, entry.path)
        if _is(entry.is_dir):
            (listing.behind.append(entry.name) if is_left_behind(entry.name) else listing.folders.append(item))
        elif not entry.name.startswith(".") and entry.name.lower() not in SYSTEM_FILES and (_is(entry.is_file) or _is(entry.is_symlink)):
            (listing.others if is_no_picture(entry.name) else listing.pictures).append(item)

    def known(self):
        """(folder, listing) of all that was listed."""
        return self._known.items()

    def below(self, folder: str, above: frozenset = frozenset()):
        """The folders in which the pictures of a folder lie: itself and all below, that are not left behind."""
        identity = _identity(folder)
        if identity in above:
            return
        yield folder
        for _, path in self.chosen(folder):
            yield from self.below(path, above | {identity})

    def chosen(self, folder: str) -> list[tuple[str, str]]:
        """The folders in a folder of pictures; where some of them hold the pictures and others masks of these, the first alone."""
        folders = self(folder).folders
        images = [item for item in folders if item[0].lower() in IMAGES]
        marks = [item for item in folders if item[0].lower() in MARKS]
        return [item for item in folders if item not in marks] if images and marks else folders

    def holds(self, folder: str) -> bool:
        """Whether there is a file in it, or below, that may be a picture."""
        if folder not in self._full:
            self._full[folder] = any(self(path).pictures for path in self.below(folder))
        return self._full[folder]

    def full(self, folder: str) -> list[tuple[str, str]]:
        """The folders in it that hold pictures (and not marks on those in another)."""
        return [item for item in self.chosen(folder) if self.holds(item[1])]


def _is(kind) -> bool:
    """Whether an entry is of a kind; of one that nobody can say it of (a link in a circle) it is not."""
    try:
        return kind()
    except OSError:
        return False


def _identity(folder: str) -> tuple[int, int]:
    try:
        state = os.stat(folder)
    except OSError as error:
        raise DataError(
            "The folder ", Place(folder), f" cannot be read ({error.strerror}). {remedy(error, 'Give it read permission.')}"
        ) from error
    return state.st_dev, state.st_ino
