"""Your own images: a folder of class folders, or train/, val/ and test/ of them, decoded once and cached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch

from core.data.cache import read_cache, write_cache
from core.data.config import DataConfig
from core.data.copies import copy_at, has_copy, stamp
from core.data.folder_scan import FolderListing, scan
from core.data.images import SIZE, decode
from core.data.left_out import CLOSED, NOWHERE, WHY, LeftFile, LeftOut, reason, shown_path
from core.data.progress import Progress
from core.data.split_names import matching
from core.data.splits import Dataset, Split, random_parts, stratified_parts
from core.data.statistics import class_balance
from core.errors import DataError, Place, StoreError
from core.folders import check_open, whole_path
from core.home import lab_home
from core.memory import require

IMAGE_BYTES = 3 * SIZE * SIZE
READ = 255  # instead of an index into WHY
FOLDER_COPIES = 5  # as they are decoded, without those that cannot be read, written to the cache, and cut into splits


@dataclass(frozen=True, eq=False)
class Images:
    """The readable images of a folder, (N, 3, 32, 32) uint8; `labels`, `parts` (N,) int64 index `classes`, `names`."""

    images: torch.Tensor
    labels: torch.Tensor
    parts: torch.Tensor
    names: tuple[str, ...]  # of the parts: ("",) for a flat folder, else some of "train", "val", "test"
    classes: tuple[str, ...]
    left_out: LeftOut

    def part(self, name: str) -> Split | None:
        """The images of one part, None if the folder has no such part."""
        if name not in self.names:
            return None
        chosen = self.parts == self.names.index(name)
        return Split(self.images[chosen], self.labels[chosen])


def load(name: str, config: DataConfig, *, home: str | Path | None, download: bool, progress: Progress | None) -> Dataset:
    """The images of `config.data`, squeezed to 32x32; parts that it lacks are split off at random (config.split_seed).

    The shares config.val_fraction and config.test_fraction are of all images in the flat folder, or in train/, and of each class there.
    """
    if not config.data:
        raise DataError(
            "The data set 'folder' needs a folder of images: name one that holds a folder for each class "
            "(--data DIR, or the field Folder on the Train page)."
        )
    return split_images(name, read_folder(config.data, home=home, progress=progress), config, Place(config.data))


def split_images(name: str, images: Images, config: DataConfig, where: str) -> Dataset:
    """The images of `where`, which a message names, as a data set; raises DataError when they are too few for it."""
    if len(images.classes) < 2:
        raise DataError(
            where,
            f" has images of one class only ({images.classes[0]!r}): add a folder for each further class, "
            "for a classifier needs at least two.",
        )
    train, val, test = _splits(images, config, where)
    return Dataset.of(name, train, val, test, images.classes, _with_notes_on_classes(images, train, val, test))


def labelled_split(
    folder: str | Path, classes: Sequence[str], *, home: str | Path | None = None, progress: Progress | None = None
) -> tuple[Split, LeftOut]:
    """All images of a labelled folder (its test/, if any) with labels into `classes`, and what of the folder was left out.

    For evaluating a trained model, which knows these classes only; one of them is enough. Its folders may be called as the classes look.
    """
    images = read_folder(folder, home=home, progress=progress)
    meant = {c: matching(c, [*classes]) for c in images.classes}
    strange = [c for c, known in meant.items() if known is None]
    if strange:
        raise DataError(
            Place(folder),
            f" has the class {strange[0]!r}, which the model has not learned: it knows {', '.join(classes)}. Rename or remove that folder.",
        )
    split = images.part("test") or Split(images.images, images.labels)
    position = torch.tensor([list(classes).index(meant[c]) for c in images.classes])
    return Split(split.images, position[split.labels]), images.left_out


def read_folder(folder: str | Path, *, home: str | Path | None = None, progress: Progress | None = None) -> Images:
    """Every readable image of a folder, from the cache when nothing in the folder has changed.

    Raises DataError when there is no such folder, or no class folder or no readable image in it.
    """
    if copy := _known_copy(folder, progress):
        return copy
    return read_listing(scan(folder, progress), home=home, progress=progress)


def read_listing(listing: FolderListing, *, home: str | Path | None = None, progress: Progress | None = None) -> Images:
    """Every readable image of a folder that has been listed, as `read_folder` reads it."""
    require(
        FOLDER_COPIES * IMAGE_BYTES * len(listing.files), f"A folder of {len(listing.files):,} files", "name a folder with fewer of them"
    )
    cache = _cache_path(listing.root, home)
    arrays = read_cache(cache, listing.fingerprint) if cache else None
    if arrays is None or len(arrays.get("why", ())) != len(listing.files):
        images, readable = decode(listing.paths, progress)  # (N, 3, 32, 32), (F,) bool
        why = [READ if well else WHY.index(reason(path)) for path, well in zip(listing.paths, readable, strict=True)]
        arrays = {"images": images, "why": np.array(why, np.uint8)}
        if cache and not _may_be_read_later(listing, why):  # else such a file would stay left out
            write_cache(cache, listing.fingerprint, arrays)
    if not len(arrays["images"]):
        raise DataError(
            f"None of the {len(listing.paths):,} files in ",
            Place(listing.root),
            " is an image that can be read: give a folder of JPEG or PNG images.",
        )
    return _with_used_classes(listing, arrays)


def _may_be_read_later(listing: FolderListing, why: Sequence[int]) -> bool:
    """Whether what was left out may be there again as it was listed: it could not be opened, or was taken away after the listing."""
    gone = (code == WHY.index(NOWHERE) and (size, changed) != (0, 0) for code, (_, size, changed) in zip(why, listing.files, strict=True))
    return WHY.index(CLOSED) in why or any(gone)


def fingerprint(folder: str | Path) -> str:
    """Changes when what `read_folder` reads does. Raises what it raises of a folder."""
    check_open(folder)
    root = whole_path(folder)
    return stamp(root) if has_copy(root) else scan(folder).fingerprint


def _known_copy(folder: str | Path, progress: Progress | None) -> Images | None:
    """CIFAR or a set of MNIST's kind as its authors give it; None where the folder holds images."""
    check_open(folder)
    root = whole_path(folder)
    if not has_copy(root) or (copy := copy_at(root)) is None:
        return None
    images, labels = (np.concatenate(pair) for pair in zip(copy.test, copy.train, strict=True))
    parts = np.repeat([0, 1], [len(copy.test[1]), len(copy.train[1])])
    return Images(*map(torch.from_numpy, (images, labels, parts)), ("test", "train"), copy.classes, LeftOut(notes=copy.notes))


def _cache_path(root: str, home: str | Path | None) -> Path | None:
    """One cache file a folder, or None where nothing can be written: the lab then works without."""
    try:
        return lab_home(home) / "cache" / f"folder-{sha256(root.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}.safetensors"
    except StoreError:
        return None


def _with_used_classes(listing: FolderListing, arrays: dict[str, np.ndarray]) -> Images:
    """Labels into the classes that have images; raises DataError for a class of val/ or test/ of which no training image can be read."""
    readable = arrays["why"] == READ
    labels, parts = listing.labels[readable], listing.parts[readable]
    for label, part in sorted({*zip(labels.tolist(), parts.tolist(), strict=True)}):
        if "train" in listing.names and not np.any((labels == label) & (parts == listing.names.index("train"))):
            name, where = listing.classes[label], listing.names[part]
            raise DataError(
                f"No image of the class {name!r} in train/ can be read, but it is in {where}/: put images there, or take the class out."
            )
    used, labels = np.unique(labels, return_inverse=True)
    return Images(
        images=torch.from_numpy(arrays["images"]),
        labels=torch.from_numpy(labels.astype(np.int64)),
        parts=torch.from_numpy(parts),
        names=listing.names,
        classes=tuple(listing.classes[k] for k in used),
        left_out=_left_out(listing, arrays["why"]),
    )


def _left_out(listing: FolderListing, why: np.ndarray) -> LeftOut:
    """What of the folder is not among its images; `why` (F,) is `READ` or an index into `WHY`."""
    files = tuple(
        LeftFile(shown_path(listing.files[k][0], listing.root), listing.classes[listing.labels[k]], WHY[why[k]])
        for k in np.flatnonzero(why != READ).tolist()
    )
    counts = np.bincount(listing.labels, minlength=len(listing.classes)).tolist()
    short = {file.label for file in files}
    of_class = {name: count for name, count in zip(listing.classes, counts, strict=True) if name in short}
    return LeftOut(listing.notes, listing.left, files, of_class, listing.other_files)


def _with_notes_on_classes(images: Images, *splits: Split) -> LeftOut:
    """What was left out, with a note on the classes of which a split has no image."""
    left_out = images.left_out
    for where, split in zip(("training", "validation", "test"), splits, strict=True):
        left_out = left_out.noting(where, images.classes, class_balance(split.labels, len(images.classes)))
    return left_out


def _splits(images: Images, config: DataConfig, where: str) -> tuple[Split, Split, Split]:
    """Train, validation and test; what the folder lacks is taken from its train/, or from all of it when it is flat."""
    whole = images.part("train") or Split(images.images, images.labels)
    val, test = images.part("val"), images.part("test")
    sizes = [
        0 if part is not None else max(1, round(share * len(whole)))
        for part, share in ((val, config.val_fraction), (test, config.test_fraction))
    ]
    if len(whole) - sum(sizes) < len(images.classes):
        raise DataError(
            where,
            f" has too few images to split: {len(whole)} for {len(images.classes)} classes, "
            f"of which {sum(sizes)} are held back for validation and test. "
            "Add images, or lower val_fraction and test_fraction.",
        )
    if not sum(sizes):
        return whole, val, test
    if config.stratify:
        kept, for_val, for_test = stratified_parts(whole.labels, sizes, config.split_seed)
    else:
        kept, for_val, for_test = random_parts(len(whole), (len(whole) - sum(sizes), *sizes), config.split_seed)
    return whole[kept], whole[for_val] if val is None else val, whole[for_test] if test is None else test
