"""Data sets shared between runs: thirty students on one server read the same tensors."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.data import load_dataset
from core.data.splits import Dataset
from core.training.config import RunConfig

KEPT = 2

_datasets: OrderedDict[Any, Dataset] = OrderedDict()
_lock = threading.Lock()


def load_shared(config: RunConfig, home: Path, progress: Callable[[int, int, str], None]) -> Dataset:
    """The data set of `config`, from memory if one of the last runs used it. One thread loads, others wait for it."""
    key = _key(config, home)
    with _lock:
        if key not in _datasets:
            _datasets[key] = load_dataset(config.dataset, config.data_config, home=home, progress=progress)
        _datasets.move_to_end(key)
        while len(_datasets) > KEPT:
            _datasets.popitem(last=False)
        return _datasets[key]


def in_memory(config: RunConfig, home: Path) -> Dataset | None:
    """The data set of `config` if it is in memory. Waits for nobody."""
    return _datasets.get(_key(config, home))


def _key(config: RunConfig, home: Path) -> tuple[Any, ...]:
    return config.dataset, config.data_config, home
