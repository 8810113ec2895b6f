"""Decoded images kept in one file, so that the second start does not decode them again."""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from core.files import write_whole

MOST = 10**9  # bytes of all caches in a folder together; those that were read longest ago go first


def read_cache(path: Path, fingerprint: str) -> dict[str, np.ndarray] | None:
    """The arrays in `path`; None if the file is missing, damaged or made from data with another fingerprint."""
    try:
        with safe_open(path, "numpy") as file:
            about = file.metadata() or {}
            if about.get("fingerprint") != fingerprint:
                return None
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (it is no dict)
    except (OSError, SafetensorError):
        return None
    with suppress(OSError):
        os.utime(path)  # when it was read last
    return arrays if about.get("checksum") == _checksum(arrays) else None


def write_cache(path: Path, fingerprint: str, arrays: Mapping[str, np.ndarray]) -> None:
    """Write `arrays` to a temporary name and rename it; when that fails (a full disk) there is no cache, no harm."""
    with suppress(OSError, SafetensorError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, save(dict(arrays), {"fingerprint": fingerprint, "checksum": _checksum(arrays)}))
        _thin(path)


def _thin(kept: Path) -> None:
    """Delete the caches beside `kept` that were read longest ago, until all together have `MOST` bytes."""
    others = [(file.stat(), file) for file in kept.parent.glob(f"*{kept.suffix}") if file != kept]
    room = MOST - kept.stat().st_size
    for status, file in sorted(others, key=lambda other: other[0].st_mtime_ns, reverse=True):
        room -= status.st_size
        if room < 0:
            file.unlink(missing_ok=True)


def _checksum(arrays: Mapping[str, np.ndarray]) -> str:
    value = 0
    for name in sorted(arrays):
        value = zlib.crc32(np.ascontiguousarray(arrays[name]), value)
    return f"{value:08x}"
