"""Data sets shared between runs: thirty students on one server read the same tensors."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from core.data import found_place, load_dataset
from core.data.made_sets import MADE, stamp
from core.data.naming import class_folders, set_of_folder
from core.data.sequences import SeqDataset
from core.data.split_names import to_the_eye
from core.data.splits import Dataset
from core.errors import DataError
from core.folders import check_open, is_there, may_open
from core.pasted import pasted
from core.text import quoted, taken
from core.training.config import RunConfig
from core.training.flat_config import pictures_of
from core.training.history import Snapshot

KEPT = 2
LOOK_SECONDS = 0.2  # how often who waits calls `progress`

_datasets: OrderedDict[Any, Dataset] = OrderedDict()
_readers: dict[Any, tuple[threading.Lock, int]] = {}  # of data sets that are being read: held by who reads, and how many want it
_lock = threading.Lock()  # of the two: held for moments


def load_shared(config: RunConfig, home: Path, progress: Callable[[int, int, str], None]) -> Dataset:
    """The data set of `config`, from memory if one of the last runs used it. One thread loads, others that want the same wait for it; those
    that want another do not.

    `progress` is called while it is read or waited for, with a total of 0 where that is unknown; what it raises ends the reading.
    Raises DataError when who asks may not open its folder, also where it is in memory for others.
    """
    check_open(config.folder)
    key = _key(config, home)
    with _reading(key, progress):
        if (found := _kept(key)) is None:
            found = load_dataset(config.dataset, config.data_config, home=home, progress=progress)
            if key == _key(config, home):  # else pictures have come to a set of drawings, or were dropped, while it was read
                _keep(key, found)
        return found


def data_of(
    run: Snapshot, home: Path, *, data: str = "", progress: Callable[[int, int, str], None] = lambda *_: None
) -> Dataset | SeqDataset:
    """The data that a run learns from, in its splits. `data` is the folder in which its images lie now, where they have moved; those of a
    run that came with the lab are looked for where somebody has said that they lie.

    Raises DataError when the images are not here, or are not those that the run itself counted.
    """
    named = run.config.get("data", "")
    data = data or (class_folders(set_of_folder(named), home) if run.recorded else "")
    _know_folder(data or named)
    found = load_shared(RunConfig.of(**{**run.config, **({"data": data} if data else {})}), home, progress)
    check_same(run, found)
    return found


def _know_folder(folder: str) -> None:
    """Raise DataError for the bare name of a folder that is not here: all that a run that came with the lab says of its images."""
    if folder and not Path(pasted(folder)).expanduser().is_absolute() and not is_there(folder):
        raise DataError(
            f"The images of this run lay in a folder {folder!r}, and they did not come with the lab: name the folder that holds them here "
            "(--data DIR, or the field on the page)."
        )


def _kept(key: Any) -> Dataset | None:
    with _lock:
        if key in _datasets:
            _datasets.move_to_end(key)
        return _datasets.get(key)


def _keep(key: Any, dataset: Dataset) -> None:
    with _lock:
        _datasets[key] = dataset
        while len(_datasets) > KEPT:
            _datasets.popitem(last=False)


@contextmanager
def _reading(key: Any, progress: Callable[[int, int, str], None]) -> Iterator[None]:
    """Be the only one that reads the data set of `key`, having waited for it."""
    with _lock:
        mine, others = _readers.get(key, (threading.Lock(), 0))
        _readers[key] = mine, others + 1
    try:
        while not mine.acquire(timeout=LOOK_SECONDS):
            progress(0, 0, "Waiting for the data, which somebody else loads")
        try:
            yield
        finally:
            mine.release()
    finally:
        with _lock:
            mine, wanted = _readers.pop(key)
            if wanted > 1:
                _readers[key] = mine, wanted - 1


def in_memory(config: RunConfig, home: Path) -> Dataset | None:
    """The data set of `config` if it is in memory, and who asks may see it. Waits for nobody."""
    if config.folder and not may_open(config.folder):
        return None
    return _datasets.get(_key(config, home))


def check_same(run: Snapshot, dataset: Dataset) -> None:
    """Raises DataError when `dataset` is not what `run` was trained on: other drawings, other classes, or other numbers of a class in the
    images that the run counted. A run that has not begun knows of none."""
    if run.drawn and run.drawn != drawn_stamp(dataset):
        raise DataError(
            f"The set of drawings {quoted(run.config.get('made', ''))} has changed since {run.run_id} began, so the pictures of this run "
            "are not known any more: train on the set anew. The run keeps its numbers and its weights."
        )
    found, known = [tuple(to_the_eye(taken(name)) for name in classes) for classes in (dataset.classes, run.classes)]
    if known and found != known:
        strange = next((f": it knows no class {name!r}" for name in found if name not in known), f", which have {len(known)} classes")
        raise DataError(f"These are not the images that {run.run_id} was trained on{strange}. Name the folder that it was trained on.")
    if run.kind == "images":
        for part, counted in (("val", run.epochs[0].val_confusion if run.epochs else None), ("test", run.test and run.test.confusion)):
            _check_counts(run.run_id, getattr(dataset, part).labels.numpy(), counted)


def drawn_stamp(dataset: Dataset | SeqDataset) -> str:
    """Another text for any other pictures of a set of drawings, which may grow while a run trains on it; "" of all other data sets."""
    if dataset.name != MADE:
        return ""
    found = blake2b(digest_size=8)
    for split in (dataset.train, dataset.val, dataset.test):
        found.update(split.images.cpu().numpy().tobytes() + split.labels.cpu().numpy().tobytes())
    return found.hexdigest()


def _check_counts(run_id: str, labels: np.ndarray, counted: np.ndarray | None) -> None:
    """`labels` (N,) of a split against the confusion matrix (K, K) in which a run has counted them, if it has."""
    if counted is not None and np.bincount(labels, minlength=len(counted)).tolist() != counted.sum(axis=1).tolist():
        raise DataError(
            f"These are not the images that {run_id} was evaluated on: it counted {counted.sum():,}, here are {len(labels):,}, or other "
            f"numbers of its classes. Name the folder that it was trained on."
        )


def _key(config: RunConfig, home: Path) -> tuple[Any, ...]:
    pictures = pictures_of(config.flat()) or ""
    drawn = stamp(config.data_config.made, home) if pictures == MADE else ""  # a set may grow
    return config.dataset, config.data_config, home, found_place(pictures, home), drawn
