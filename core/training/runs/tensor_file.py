"""Safetensors with a checksum over the whole file, so that one flipped bit is noticed. No torch.

The checksum is a CRC-32 (it notices every change of up to 32 neighbouring bits, and is the fastest that Python has) of the file with
zeros in the checksum's place; it stands in the header, where other readers of safetensors pass over it. Files without one, of older
versions of the lab and of recorded runs, are read as they are.
"""

from __future__ import annotations

import json
import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import StoreError
from core.files import remedy
from core.training.runs.files import files_as_set

LAB, CHECKSUM = "lab", "checksum"
_EMPTY = "00000000"
_MARK = f'"{CHECKSUM}":"'.encode()  # cannot stand inside a text of JSON: its quotes would be escaped there


def about(metadata: Any) -> dict[str, str]:
    """What a file says of itself, for `save` of safetensors: JSON `metadata`, and a place for the checksum."""
    return {LAB: json.dumps(metadata), CHECKSUM: _EMPTY}


def seal(blob: bytes) -> bytearray:
    """The bytes of a safetensors file made with `about`, with its checksum."""
    whole = bytearray(blob)
    place = whole.index(_MARK) + len(_MARK)
    whole[place : place + len(_EMPTY)] = f"{zlib.crc32(whole):08x}".encode()
    return whole


def read_sealed(path: Path) -> tuple[bytes, dict[str, Any]]:
    """The bytes of a checkpoint and its metadata. Raises StoreError when it is missing or damaged."""
    try:
        blob = files_as_set().fetch(path).read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        said = _header(blob)
        if not said.keys() <= {LAB, CHECKSUM} or (CHECKSUM in said and not _whole(blob, said[CHECKSUM])):
            raise ValueError("the checksum does not fit")
        return blob, json.loads(said[LAB])
    except (KeyError, ValueError) as error:
        raise damaged(path) from error


def fetched(path: Path) -> Path:
    """`path` itself, a file of a run, which is fetched if it lies at the URL in LAB_FILES. Raises StoreError when it is not there."""
    try:
        return files_as_set().fetch(path)
    except OSError as error:
        raise _unreadable(path, error) from error


def read_arrays(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The tensors of a checkpoint as NumPy arrays, and its metadata. Raises StoreError when it is missing or damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    blob, metadata = read_sealed(path)
    try:
        return load(blob), metadata
    except (SafetensorError, KeyError, ValueError) as error:
        raise damaged(path) from error


def read_metadata(path: Path) -> dict[str, Any]:
    """What a checkpoint says of itself, from its header alone: its checksum is not looked at. Raises StoreError."""
    try:
        with files_as_set().fetch(path).open("rb") as file:
            size = file.read(8)
            return json.loads(_header(size + file.read(int.from_bytes(size, "little")))[LAB])
    except OSError as error:
        raise _unreadable(path, error) from error
    except (KeyError, ValueError, OverflowError, MemoryError) as error:
        raise damaged(path) from error


def _unreadable(path: Path, error: OSError) -> StoreError:
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return StoreError(f"The {called(path)} is not there (any more). Choose another epoch.")
    told = remedy(error, "Try again, or choose another epoch.")
    return StoreError(f"The {called(path)} cannot be read ({error.strerror}). {told}")


def called(path: Path) -> str:
    """What a file of a run is for people, who count epochs from 1 where its name counts from 0: "checkpoint of epoch 3"."""
    found = re.fullmatch(r"(epoch|optimizer|logits-.+)-(\d+)\.safetensors", path.name)
    if not found:
        return f"checkpoint {path.name}"
    kind = {"epoch": "checkpoint", "optimizer": "optimiser's state"}.get(found[1], "file of answers")
    return f"{kind} of epoch {int(found[2]) + 1}"


def damaged(path: Path) -> StoreError:
    """The error for a checkpoint whose content is not what was written."""
    return StoreError(f"The {called(path)} is damaged and cannot be read. Choose another epoch, or delete the run.")


def _header(blob: bytes) -> dict[str, str]:
    """The metadata in the header of a file: its length in 8 bytes, then JSON."""
    size = int.from_bytes(blob[:8], "little")
    said = json.loads(blob[8 : 8 + size])
    if not isinstance(said, dict) or not isinstance(said.get("__metadata__", {}), dict):
        raise ValueError("no header")
    return said.get("__metadata__", {})


def _whole(blob: bytes, said: str) -> bool:
    mark = _MARK + said.encode("utf-8", "surrogatepass")
    place = blob.index(mark) + len(_MARK)
    value = zlib.crc32(_EMPTY.encode(), zlib.crc32(memoryview(blob)[:place]))
    return f"{zlib.crc32(memoryview(blob)[place + len(_EMPTY) :], value):08x}" == said
