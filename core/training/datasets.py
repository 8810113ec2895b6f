"""Data sets shared between runs: thirty students on one server read the same tensors."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.data import load_dataset
from core.data.splits import Dataset
from core.folders import check_open, may_open
from core.training.config import RunConfig

KEPT = 2
LOOK_SECONDS = 0.2  # how often who waits calls `progress`

_datasets: OrderedDict[Any, Dataset] = OrderedDict()
_loading: dict[Any, threading.Lock] = {}  # held while a data set is loaded, by key: one that takes long keeps nobody from another
_lock = threading.Lock()  # of both; never held while something is loaded


def load_shared(config: RunConfig, home: Path, progress: Callable[[int, int, str], None]) -> Dataset:
    """The data set of `config`, from memory if one of the last runs used it. One thread loads, others wait for it.

    `progress` is called while that lasts, also while another one loads; what it raises is raised here.
    Raises DataError when who asks may not open its folder, also where it is in memory for others.
    """
    check_open(config.folder)
    key = _key(config, home)
    with _lock:
        mine = _loading.setdefault(key, threading.Lock())
    while not mine.acquire(timeout=LOOK_SECONDS):
        progress(0, 0, "Waiting for the data, which somebody else loads")  # which raises where a run was told to stop
    try:
        with _lock:
            found = _datasets.get(key)
        if found is None:
            found = load_dataset(config.dataset, config.data_config, home=home, progress=progress)
        with _lock:
            _datasets[key] = found
            _datasets.move_to_end(key)
            while len(_datasets) > KEPT:
                _datasets.popitem(last=False)
        return found
    finally:
        with _lock:
            _loading.pop(key, None)
        mine.release()


def in_memory(config: RunConfig, home: Path) -> Dataset | None:
    """The data set of `config` if it is in memory, and who asks may see it. Waits for nobody."""
    if config.folder and not may_open(config.folder):
        return None
    return _datasets.get(_key(config, home))


def _key(config: RunConfig, home: Path) -> tuple[Any, ...]:
    return config.dataset, config.data_config, home
