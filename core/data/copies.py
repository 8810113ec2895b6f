"""Known data sets as their authors give them, read where they lie: CIFAR in its archive or unpacked, MNIST's kind of files. No network."""

from __future__ import annotations

import hashlib
import os
import pickle
import tarfile
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.data import DATASETS
from core.data.copy_files import binary_images, idx_images, pickled_images, unpickled
from core.errors import DataError, Place
from core.files import out_of_files
from core.memory import require

MOST_BYTES = 200_000_000  # of one file in a copy: CIFAR-100's training images have 155 MB
DEEP = 3  # folders in folders: cifar-10-python/cifar-10-batches-py
ARCHIVES = (".tar.gz", ".tgz", ".tar", ".zip")
PACKED = (b"\x1f\x8b", b"PK\3\4", b"BZh", b"\xfd7zXZ\0")  # how archives begin
OF_MNISTS_KIND = {  # classes of the sets that come in files of MNIST's kind, which do not name them
    "fashion_mnist": ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
}
CIFAR = DATASETS["cifar10"].classes
BADLY_PACKED = (pickle.UnpicklingError, tarfile.TarError, zipfile.BadZipFile, EOFError, OSError)
BROKEN = (*BADLY_PACKED, ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, MemoryError)


@dataclass(frozen=True, eq=False)
class Copy:
    """Training and test images (N, 3, 32, 32) uint8 with labels (N,) int64 into `classes`; `name` is that of the set."""

    name: str
    train: tuple[np.ndarray, np.ndarray]
    test: tuple[np.ndarray, np.ndarray]
    classes: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def of(self, name: str) -> bool:
        """Whether these may be the files of the data set `name` of `core.data.DATASETS`."""
        return self.name == ("mnist" if name in OF_MNISTS_KIND else name)


@dataclass(frozen=True)
class Form:
    """How a set is given: its files by split, what reads one of them, and the MD5 of its files where they are known."""

    name: str  # of the set
    folder: str  # in which its files lie, within an archive or beside it
    train: tuple[str, ...]
    test: tuple[str, ...]
    read: Callable[[Mapping[str, bytes], tuple[str, ...]], tuple[np.ndarray, np.ndarray]]
    classes: Callable[[Mapping[str, bytes]], tuple[str, ...]]
    more: tuple[str, ...] = ()  # files that may be there
    md5: Mapping[str, str] | None = None

    @property
    def files(self) -> tuple[str, ...]:
        return (*self.train, *self.test)


def _named(key: str, file: str) -> Callable[[Mapping[str, bytes]], tuple[str, ...]]:
    def classes(files: Mapping[str, bytes]) -> tuple[str, ...]:
        if file not in files:
            return CIFAR
        names = unpickled(files[file])[key]
        return tuple(name.decode() if isinstance(name, bytes) else name for name in names)

    return classes


def _idx_form() -> Form:
    """MNIST's files under their usual names; which of the sets of this kind it is, they do not say."""
    train, test = (tuple(f"{part}-{what}-idx{n}-ubyte" for what, n in (("images", 3), ("labels", 1))) for part in ("train", "t10k"))
    return Form("mnist", "raw", train, test, idx_images, lambda files: tuple(map(str, range(10))))


BATCHES = tuple(f"data_batch_{n}" for n in range(1, 6))
MD5 = {  # of CIFAR-10's files for Python, as torchvision has them
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "test_batch": "40351d587109b95175f43aff81a1287e",
}
FORMS = (
    Form(
        "cifar10",
        "cifar-10-batches-py",
        BATCHES,
        ("test_batch",),
        pickled_images,
        _named("label_names", "batches.meta"),
        more=("batches.meta",),
        md5=MD5,
    ),
    Form("cifar10", "cifar-10-batches-bin", tuple(f"{name}.bin" for name in BATCHES), ("test_batch.bin",), binary_images, lambda _: CIFAR),
    Form("cifar100", "cifar-100-python", ("train",), ("test",), pickled_images, _named("fine_label_names", "meta"), more=("meta",)),
    _idx_form(),
)
WANTED = {name for form in FORMS for name in (*form.files, *form.more)}
DIGITS = (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)  # training images of each class of MNIST itself
TITLES = {"cifar10": "CIFAR-10", "cifar100": "CIFAR-100", "mnist": "MNIST's kind"}


# -- finding a copy -----------------------------------------------------------------------------------------------------


def has_copy(path: str) -> bool:
    """Whether at `path` there seems to be a known set, or a part of one: an archive, or a folder with its files, its own folder, or its
    archive."""
    return _is_archive(path) or (os.path.isdir(path) and bool(innermost(path) or _lacking(path)))


def _is_archive(path: str) -> bool:
    """Whether a file is an archive, by its name or by how it begins: browsers and systems take its ending off."""
    if not os.path.isfile(path):
        return False
    try:
        with open(path, "rb") as file:
            head = file.read(262)
    except OSError:
        head = b""
    return path.lower().endswith(ARCHIVES) or head.startswith(PACKED) or head[257:] == b"ustar"


def copy_at(path: str) -> Copy | None:
    """The known set at `path`; None where there is none. Raises DataError for one that is damaged, lacks files, or cannot be read."""
    place = path if _is_archive(path) else innermost(path) if os.path.isdir(path) else None
    try:
        if place is None and (lacks := _lacking(path)):
            raise _incomplete(*lacks)
        if place is None:
            return None
        files = _files(place)
        form = next((form for form in FORMS if {*form.files} <= {*files}), None)
        if form is None and (lacks := _lacking_of(files)):
            raise _incomplete(place, *lacks)
        return None if form is None else _read(form, files)
    except DataError:
        raise
    except BROKEN as error:
        if out_of_files(error):
            raise
        raise DataError(
            "The copy of a data set in ",
            Place(place or path),
            " is damaged, or is not what its names say: copy it again as its authors give it (CIFAR-10 in cifar-10-python.tar.gz).",
        ) from error


def _incomplete(place: str, form: Form, lacks: list[str]) -> DataError:
    return DataError(
        f"The copy of {TITLES[form.name]} in ",
        Place(place),
        f" lacks {', '.join(lacks)}: unpack it again, or copy it again as its authors give it.",
    )


def _lacking(path: str) -> tuple[str, Form, list[str]] | None:
    """(folder, form, names) where a folder, or one in it that is called as a set's, holds some files of a set, and not all."""
    for folder in _folders(path, DEEP):
        if lacks := _lacking_of(_named_files(folder)):
            return (folder, *lacks)
    return None


def _lacking_of(names: Collection[str]) -> tuple[Form, list[str]] | None:
    """The form of which at least two files are among `names`, and those that are not. train and test alone say nothing."""
    for form in FORMS:
        lacks = [name for name in form.files if name not in names]
        if len(form.files) > 2 and lacks and len(form.files) - len(lacks) > 1:
            return form, lacks
    return None


def _named_files(folder: str) -> dict[str, str]:
    """{name as the authors give it: path} of the known files in a folder. Each may be packed, or lie in a folder of its own name."""
    named = {}
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            known = entry.name.removesuffix(".gz").replace(".idx", "-idx")
            paths = (entry.path, os.path.join(entry.path, entry.name))
            if known in WANTED and (path := next(filter(os.path.isfile, paths), "")):
                named[known] = path
    return named


def stamp(path: str) -> str:
    """What changes when the files of a copy do."""
    place = innermost(path) or path
    names = [place] if os.path.isfile(place) else sorted(_named_files(place).values())
    states = [(name, os.stat(name)) for name in names]
    text = "\n".join(f"{name}\0{state.st_size}\0{state.st_mtime_ns}" for name, state in states)
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def innermost(path: str) -> str | None:
    """The folder or archive that holds the files: `path`, a folder in it that is called as a set's, or an archive in it that is."""
    return next(_places(path, deep=DEEP), None)


def _places(path: str, deep: int) -> Iterator[str]:
    """The folders and archives of known files at `path`, and below it in folders that are called as such sets are."""
    for folder in _folders(path, deep):
        names = _named_files(folder)
        if any({*form.files} <= {*names} for form in FORMS):
            yield folder
        yield from (below for name, below in _called(folder) if "cifar" in name and _is_archive(below))


def _folders(path: str, deep: int) -> Iterator[str]:
    """`path` and the folders below it that are called as known sets are, those that lie deepest first."""
    for _, below in _called(path) if deep else ():
        if os.path.isdir(below):
            yield from _folders(below, deep - 1)
    yield path


def _called(path: str) -> list[tuple[str, str]]:
    """(name in small letters, path) of what lies in a folder and is called as a known set is."""
    try:
        with os.scandir(path) as entries:
            inside = sorted((entry.name.lower(), entry.path) for entry in entries)
    except OSError:
        return []
    return [(name, below) for name, below in inside if "cifar" in name or "mnist" in name or name == "raw"]


def _files(place: str) -> dict[str, bytes]:
    """The known files in a folder or archive, by their bare names. Nothing is unpacked to the disk."""
    if os.path.isdir(place):
        return {name: _within(os.path.getsize(path), Path(path).read_bytes) for name, path in _named_files(place).items()}
    if zipfile.is_zipfile(place):
        with zipfile.ZipFile(place) as archive:
            infos = [info for info in archive.infolist() if os.path.basename(info.filename) in WANTED and "__MACOSX" not in info.filename]
            return {os.path.basename(i.filename): _within(i.file_size, lambda i=i: archive.read(i)) for i in infos}
    with tarfile.open(place) as archive:
        contents = {}
        for member in archive:
            if member.isfile() and (name := os.path.basename(member.name)) in WANTED:
                contents[name] = _within(member.size, lambda member=member: archive.extractfile(member).read())
        return contents


def _within(size: int, read: Callable[[], bytes]) -> bytes:
    if size > MOST_BYTES:
        raise ValueError("too large")
    require(2 * size, f"A file of {size / 1e6:.0f} MB", "close other programs, or try again in a minute")
    return read()


def _read(form: Form, files: Mapping[str, bytes]) -> Copy:
    train, test = (form.read(files, names) for names in (form.train, form.test))
    classes = form.classes(files)
    for images, labels in (train, test):
        if len(images) != len(labels) or not len(labels) or labels.min() < 0 or labels.max() >= len(classes):
            raise ValueError("images and labels do not fit")
    other = [name for name in form.files if form.md5 and hashlib.md5(files[name], usedforsecurity=False).hexdigest() != form.md5[name]]
    notes = (f"{', '.join(other)} of this copy differ from the files that the authors of {TITLES[form.name]} give.",) if other else ()
    return Copy(form.name, train, test, classes, notes)
