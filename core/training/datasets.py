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

_datasets: OrderedDict[Any, Dataset] = OrderedDict()
_lock = threading.Lock()


def load_shared(config: RunConfig, home: Path, progress: Callable[[int, int, str], None]) -> Dataset:
    """The data set of `config`, from memory if one of the last runs used it. One thread loads, others wait for it.

    Raises DataError when who asks may not open its folder, also where it is in memory for others.
    """
    check_open(config.folder)
    key = _key(config, home)
    with _lock:
        if key not in _datasets:
            _datasets[key] = load_dataset(config.dataset, config.data_config, home=home, progress=progress)
        _datasets.move_to_end(key)
        while len(_datasets) > KEPT:
            _datasets.popitem(last=False)
        return _datasets[key]


def in_memory(config: RunConfig, home: Path) -> Dataset | None:
    """The data set of `config` if it is in memory, and who asks may see it. Waits for nobody."""
    if config.folder and not may_open(config.folder):
        return None
    return _datasets.get(_key(config, home))


def _key(config: RunConfig, home: Path) -> tuple[Any, ...]:
    return config.dataset, config.data_config, home
