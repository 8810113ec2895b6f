"""The files of what a class draws: a set is a folder of class folders (`core.data.made_sets`), each picture a PNG without metadata.

What the instructor drops lies in a hidden folder of its set, from which it comes back: no data set reads that one.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from core.data.made_sets import PICTURE, checked_name, classes_of, made_root, pictures_of
from core.errors import Place, StoreError
from core.files import remedy, write_whole

DROPPED = ".dropped"
SAME_TIME = (1980, 1, 1, 0, 0, 0)  # of all files in an archive: when somebody drew is nobody's business


class DrawingFiles:
    """The folders of all sets in a home. Raises StoreError where they cannot be read or written."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def folder(self, name: str) -> Path:
        """The folder of a set, whether or not there is one."""
        return made_root(self.home) / checked_name(name, "a set")

    def make(self, name: str, classes: list[str]) -> None:
        """Make the folders of a set; those that are there stay."""
        with _writing(self.folder(name)):
            for label in classes:
                (self.folder(name) / label).mkdir(parents=True, exist_ok=True)

    def write(self, name: str, label: str, picture: str, pixels: np.ndarray) -> None:
        """Write a picture (3, H, W) uint8 as a PNG of nothing but its pixels, whole or not at all."""
        with _writing(self.folder(name)):
            write_whole(self.folder(name) / label / f"{picture}{PICTURE}", as_png(pixels))

    def read(self, name: str, label: str, picture: str) -> bytes:
        """The PNG of a picture that has not been dropped; nothing where there is none (any more)."""
        try:
            return (self.folder(name) / label / f"{picture}{PICTURE}").read_bytes()
        except OSError:
            return b""

    def hide(self, name: str, label: str, picture: str, *, hidden: bool) -> None:
        """Take a picture out of its set, or put it back; one that is there already stays."""
        shown, dropped = (folder / label / f"{picture}{PICTURE}" for folder in (self.folder(name), self.folder(name) / DROPPED))
        source, target = (shown, dropped) if hidden else (dropped, shown)
        with _writing(self.folder(name)):
            if source.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                source.replace(target)

    def found(self, name: str) -> dict[str, tuple[str, bool]]:
        """The pictures of a set by their ids: of which class, and whether it has been dropped."""
        folder = self.folder(name)
        dropped = {file.stem: (label, True) for label, files in pictures_of(folder / DROPPED).items() for file in files}
        return dropped | {file.stem: (label, False) for label, files in pictures_of(folder).items() for file in files}

    def classes(self, name: str) -> list[str]:
        """The classes of a set, sorted, as the data set has them."""
        return classes_of(self.folder(name))

    def rename(self, name: str, new: str) -> None:
        """Give a set another name."""
        with _writing(self.folder(name)):
            self.folder(name).rename(self.folder(new))

    def delete(self, name: str) -> None:
        """Delete a set with all that has been dropped of it."""
        with _writing(self.folder(name)):
            shutil.rmtree(self.folder(name))

    def archive(self, name: str) -> bytes:
        """A zip of the class folders of a set: <set>/<class>/<number>.png. What has been dropped is not in it."""
        whole = BytesIO()
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
            for label, files in pictures_of(self.folder(name)).items():
                there = filter(None, (self.read(name, label, file.stem) for file in files))  # without one that is dropped meanwhile
                for number, content in enumerate(there, 1):
                    archive.writestr(zipfile.ZipInfo(f"{name}/{label}/{number:04d}{PICTURE}", SAME_TIME), content)
        return whole.getvalue()


def as_png(pixels: np.ndarray) -> bytes:
    """Pixels (3, H, W) uint8 as a PNG that holds nothing else."""
    whole = BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels.transpose(1, 2, 0))).save(whole, "PNG", optimize=True)  # (3, H, W) -> (H, W, 3)
    return whole.getvalue()


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Turn what a disk refuses into a sentence."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            "The drawings in ", Place(folder), f" cannot be written ({error.strerror or error}). {remedy(error)} Then try again."
        ) from error
