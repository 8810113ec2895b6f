"""Known data sets as their authors give them, read where they lie: CIFAR in its archive or unpacked, MNIST's kind of files. No network.

Pickles are read without running what is in them: only arrays of bytes, texts, numbers, lists and dicts come out.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import pickle
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.data import DATASETS
from core.errors import DataError, Place
from core.files import out_of_files
from core.memory import require

MOST_BYTES = 200_000_000  # of one file in a copy: CIFAR-100's training images have 155 MB
SIDE = 32
DEEP = 3  # folders in folders: cifar-10-python/cifar-10-batches-py
ARCHIVES = (".tar.gz", ".tgz", ".tar", ".zip")
OF_MNISTS_KIND = {  # classes of the sets that come in files of MNIST's kind, which do not name them
    "fashion_mnist": ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
}
CIFAR = DATASETS["cifar10"].classes
BROKEN = (
    ValueError, KeyError, IndexError, TypeError, AttributeError, EOFError, OSError, pickle.UnpicklingError, tarfile.TarError,
    zipfile.BadZipFile, OverflowError, MemoryError,
)  # fmt: skip


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


# -- reading files ------------------------------------------------------------------------------------------------------


class _Array:
    """What a pickled NumPy array becomes: bytes and a shape, nothing else."""

    def __init__(self, *_: object) -> None:
        self.value = np.empty(0, np.uint8)

    def __setstate__(self, state: tuple) -> None:
        _, shape, kind, by_columns, raw = state
        self.value = _bytes_array(raw, kind, shape, "F" if by_columns else "C")


class _Kind:
    """What a pickled type of numbers becomes: its name."""

    def __init__(self, name: str, *_: object) -> None:
        self.name = name

    def __setstate__(self, state: object) -> None:
        pass


def _bytes_array(raw: bytes | str, kind: _Kind, shape: tuple, order: str) -> np.ndarray:
    if kind.name not in ("u1", "|u1", "uint8"):
        raise pickle.UnpicklingError(f"numbers of the kind {kind.name}")
    return np.frombuffer(raw.encode("latin1") if isinstance(raw, str) else raw, np.uint8).reshape(shape, order=order)


def _from_buffer(raw: bytes, kind: _Kind, shape: tuple, order: str) -> _Array:
    found = _Array()
    found.value = _bytes_array(raw, kind, shape, order)
    return found


KNOWN = {  # all that a pickle may name, and what stands for it here
    "_reconstruct": _Array, "ndarray": _Array, "dtype": _Kind, "_frombuffer": _from_buffer,
    "encode": lambda text, _="latin1": text.encode("latin1"),
}  # fmt: skip


class _Reader(pickle.Unpickler):
    """Reads a pickle in which nothing is run: any other name than those of arrays ends it."""

    def find_class(self, module: str, name: str):
        if module.partition(".")[0] not in ("numpy", "_codecs") or name not in KNOWN:
            raise pickle.UnpicklingError(f"it names {module}.{name}")
        return KNOWN[name]


def unpickled(content: bytes) -> dict:
    """The dict in a pickle of Python 2 or 3, its keys as text; raises UnpicklingError where it holds anything but data."""
    found = _Reader(io.BytesIO(content), encoding="latin1").load()
    return {key.decode("latin1") if isinstance(key, bytes) else key: value for key, value in found.items()}


def _pickled_images(files: Mapping[str, bytes], names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    batches = [unpickled(files[name]) for name in names]
    images = np.concatenate([batch["data"].value.reshape(-1, 3, SIDE, SIDE) for batch in batches])
    labels = np.concatenate([batch.get("labels", batch.get("fine_labels")) for batch in batches])
    return images, labels.astype(np.int64)


def _binary_images(files: Mapping[str, bytes], names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    rows = np.concatenate([np.frombuffer(files[name], np.uint8).reshape(-1, 1 + 3 * SIDE**2) for name in names])
    return rows[:, 1:].reshape(-1, 3, SIDE, SIDE), rows[:, 0].astype(np.int64)


def _idx_images(files: Mapping[str, bytes], names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    images, labels = (_idx(files[name]) for name in names)  # (N, 28, 28), (N,)
    margin = (SIDE - images.shape[1]) // 2
    padded = np.pad(images, ((0, 0), (margin, margin), (margin, margin)))
    return np.repeat(padded[:, None], 3, axis=1), labels.astype(np.int64)


def _idx(content: bytes) -> np.ndarray:
    content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    if content[:3] != b"\0\0\x08":
        raise ValueError("no array of bytes")
    shape = [int.from_bytes(content[4 + 4 * k : 8 + 4 * k], "big") for k in range(content[3])]
    return np.frombuffer(content, np.uint8, offset=4 + 4 * len(shape)).reshape(shape)


def _named(key: str, file: str) -> Callable[[Mapping[str, bytes]], tuple[str, ...]]:
    def classes(files: Mapping[str, bytes]) -> tuple[str, ...]:
        if file not in files:
            return CIFAR
        names = unpickled(files[file])[key]
        return tuple(name.decode() if isinstance(name, bytes) else name for name in names)

    return classes


def _idx_forms() -> list[Form]:
    """MNIST's files under their usual names; which of the sets of this kind it is, they do not say."""
    found = []
    for dash, end in (("-", ""), ("-", ".gz"), (".", ""), (".", ".gz")):
        train, test = (
            tuple(f"{part}-{what}{dash}idx{n}-ubyte{end}" for what, n in (("images", 3), ("labels", 1))) for part in ("train", "t10k")
        )
        found.append(Form("mnist", "raw", train, test, _idx_images, lambda files: tuple(map(str, range(10)))))
    return found


BATCHES = tuple(f"data_batch_{n}" for n in range(1, 6))
MD5 = {  # of CIFAR-10's files for Python, as torchvision has them
    "data_batch_1": "c99cafc152244af753f735de768cd75f", "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751", "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb", "test_batch": "40351d587109b95175f43aff81a1287e",
}  # fmt: skip
FORMS = (
    Form("cifar10", "cifar-10-batches-py", BATCHES, ("test_batch",), _pickled_images, _named("label_names", "batches.meta"),
         more=("batches.meta",), md5=MD5),
    Form("cifar10", "cifar-10-batches-bin", tuple(f"{name}.bin" for name in BATCHES), ("test_batch.bin",), _binary_images, lambda _: CIFAR),
    Form("cifar100", "cifar-100-python", ("train",), ("test",), _pickled_images, _named("fine_label_names", "meta"), more=("meta",)),
    *_idx_forms(),
)  # fmt: skip
TITLES = {"cifar10": "CIFAR-10", "cifar100": "CIFAR-100", "mnist": "MNIST's kind"}


# -- finding a copy -----------------------------------------------------------------------------------------------------


def has_copy(path: str) -> bool:
    """Whether at `path` there seems to be a known set: an archive, or a folder with its files, its own folder, or its archive."""
    if os.path.isfile(path):
        return path.lower().endswith(ARCHIVES)
    return os.path.isdir(path) and _place(path) is not None


def copy_at(path: str) -> Copy | None:
    """The known set at `path`; None where there is none. Raises DataError for one that is damaged or cannot be read."""
    place = path if os.path.isfile(path) and path.lower().endswith(ARCHIVES) else _place(path) if os.path.isdir(path) else None
    if place is None:
        return None
    try:
        files = _files(place)
        form = next((form for form in FORMS if {*form.files} <= {*files}), None)
        return None if form is None else _read(form, files)
    except BROKEN as error:
        if out_of_files(error):
            raise
        raise DataError(
            "The copy of a data set in ", Place(place), " is damaged, or is not what its names say: copy it again as its authors give it "
            "(CIFAR-10 in cifar-10-python.tar.gz)."
        ) from error  # fmt: skip


def stamp(path: str) -> str:
    """What changes when the files of a copy do."""
    place = _place(path) or path
    names = [place] if os.path.isfile(place) else sorted(entry.path for entry in os.scandir(place) if entry.is_file())
    states = [(name, os.stat(name)) for name in names]
    text = "\n".join(f"{name}\0{state.st_size}\0{state.st_mtime_ns}" for name, state in states)
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _place(path: str) -> str | None:
    """The folder or archive that holds the files: `path`, a folder in it that is called as a set's, or an archive in it that is."""
    return next(_places(path, deep=DEEP), None)


def _places(path: str, deep: int) -> Iterator[str]:
    """The folders and archives of known files at `path`, and below it in folders that are called as such sets are."""
    if any(all(os.path.isfile(os.path.join(path, name)) for name in form.files) for form in FORMS):
        yield path
    try:
        with os.scandir(path) as entries:
            inside = sorted((entry.name.lower(), entry.path) for entry in entries)
    except OSError:
        return
    called = [(name, below) for name, below in inside if "cifar" in name or "mnist" in name or name == "raw"]
    for _, below in called if deep else ():
        if os.path.isdir(below):
            yield from _places(below, deep - 1)
    yield from (below for name, below in called if name.endswith(ARCHIVES) and "cifar" in name and os.path.isfile(below))


def _files(place: str) -> dict[str, bytes]:
    """The known files in a folder or archive, by their bare names. Nothing is unpacked to the disk."""
    wanted = {name for form in FORMS for name in (*form.files, *form.more)}
    if os.path.isdir(place):
        return {name: _within(os.path.getsize(p), Path(p).read_bytes) for name in wanted if os.path.isfile(p := os.path.join(place, name))}
    if place.lower().endswith(".zip"):
        with zipfile.ZipFile(place) as archive:
            infos = [info for info in archive.infolist() if os.path.basename(info.filename) in wanted and "__MACOSX" not in info.filename]
            return {os.path.basename(i.filename): _within(i.file_size, lambda i=i: archive.read(i)) for i in infos}
    with tarfile.open(place) as archive:
        found = {}
        for member in archive:
            if member.isfile() and (name := os.path.basename(member.name)) in wanted:
                found[name] = _within(member.size, lambda member=member: archive.extractfile(member).read())
        return found


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
