"""Decoded images kept in one file, so that the second start does not decode them again."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from core.files import write_whole


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
    return arrays if about.get("checksum") == _checksum(arrays) else None


def write_cache(path: Path, fingerprint: str, arrays: Mapping[str, np.ndarray]) -> None:
    """Write `arrays` to a temporary name and rename it; when that fails (a full disk) there is no cache, no harm."""
    with suppress(OSError, SafetensorError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, save(dict(arrays), {"fingerprint": fingerprint, "checksum": _checksum(arrays)}))


def _checksum(arrays: Mapping[str, np.ndarray]) -> str:
    value = 0
    for name in sorted(arrays):
        value = zlib.crc32(np.ascontiguousarray(arrays[name]), value)
    return f"{value:08x}"
