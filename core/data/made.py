"""What a class has drawn, as a data set like any other: read, squeezed and split as a folder of images is (`core.data.folder`)."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from core.data.config import DataConfig
from core.data.folder import FolderListing, Images, read_listing, split_images
from core.data.folder_scan import state_of
from core.data.left_out import NOWHERE
from core.data.made_sets import check_enough, known_folder, pictures_of
from core.data.progress import Progress
from core.data.splits import Dataset
from core.errors import DataError
from core.text import quoted

TRIES = 20  # at reading a set of which a picture was dropped meanwhile


def load(name: str, config: DataConfig, *, home: str | Path | None, download: bool, progress: Progress | None) -> Dataset:
    """The pictures of the set `config.made`, split by config.val_fraction and config.test_fraction. Its classes are those with pictures.

    Raises DataError, with what is missing, for a set that is not there or too small.
    """
    return split_images(name, _read(config.made, home, progress), config, f"The set of drawings {quoted(config.made)}")


def _read(name: str, home: str | Path | None, progress: Progress | None) -> Images:
    """The pictures that are in a set at one moment: it may be open. Where one was dropped before it was read, all are listed anew."""
    for _ in range(TRIES):
        listing = made_listing(name, home)
        check_enough(name, len(listing.classes), len(listing.files))
        try:
            images = read_listing(listing, home=home, progress=progress)
            gone = any(file.why == NOWHERE for file in images.left_out.files)
        except DataError:  # none of them can be read
            gone = not any(map(os.path.exists, listing.paths))
            if not gone:
                raise
        if not gone:
            return images
    raise DataError(f"The set of drawings {quoted(name)} changed whenever it was read: wait until no more of its pictures are dropped.")


def made_listing(name: str, home: str | Path | None = None) -> FolderListing:
    """The files of a set. Raises DataError where none is named so."""
    root = known_folder(name, home)
    drawn = {label: files for label, files in pictures_of(root).items() if files}
    files = [(file, k) for k, paths in enumerate(drawn.values()) for file in paths]
    return FolderListing(
        root=str(root),
        files=[(str(file), *state_of(str(file))) for file, _ in files],
        labels=np.array([k for _, k in files], np.int64),
        parts=np.zeros(len(files), np.int64),
        classes=tuple(drawn),
        names=("",),
    )
