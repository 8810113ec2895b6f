"""The files of known data sets, as bytes: CIFAR's pickles and binary batches, and MNIST's kind of arrays.

Pickles are read without running what is in them: only arrays of bytes, texts, numbers, lists and dicts come out.
"""

from __future__ import annotations

import gzip
import io
import pickle
from collections.abc import Mapping

import numpy as np

SIDE = 32


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
    array = _Array()
    array.value = _bytes_array(raw, kind, shape, order)
    return array


KNOWN = {  # all that a pickle may name, and what stands for it here
    "_reconstruct": _Array,
    "ndarray": _Array,
    "dtype": _Kind,
    "_frombuffer": _from_buffer,
    "encode": lambda text, _="latin1": text.encode("latin1"),
}


class _Reader(pickle.Unpickler):
    """Reads a pickle in which nothing is run: any other name than those of arrays ends it."""

    def find_class(self, module: str, name: str):
        if module.partition(".")[0] not in ("numpy", "_codecs") or name not in KNOWN:
            raise pickle.UnpicklingError(f"it names {module}.{name}")
        return KNOWN[name]


def unpickled(content: bytes) -> dict:
    """The dict in a pickle of Python 2 or 3, its keys as text; raises UnpicklingError where it holds anything but data."""
    table = _Reader(io.BytesIO(content), encoding="latin1").load()
    return {key.decode("latin1") if isinstance(key, bytes) else key: value for key, value in table.items()}


def pickled_images(files: Mapping[str, bytes], names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Images (N, 3, 32, 32) uint8 and labels (N,) int64 of CIFAR's batches for Python, by the names of their files."""
    batches = [unpickled(files[name]) for name in names]
    images = np.concatenate([batch["data"].value.reshape(-1, 3, SIDE, SIDE) for batch in batches])
    labels = np.concatenate([batch.get("labels", batch.get("fine_labels")) for batch in batches])
    return images, labels.astype(np.int64)


def binary_images(files: Mapping[str, bytes], names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The same of CIFAR's binary batches: rows of a label and 3,072 bytes."""
    rows = np.concatenate([np.frombuffer(files[name], np.uint8).reshape(-1, 1 + 3 * SIDE**2) for name in names])
    return rows[:, 1:].reshape(-1, 3, SIDE, SIDE), rows[:, 0].astype(np.int64)


def idx_images(files: Mapping[str, bytes], names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The same of two arrays of MNIST's kind, (N, 28, 28) and (N,): gray, with a black margin."""
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
