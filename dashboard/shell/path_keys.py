"""Paths that caches are asked by: as bytes, for Streamlit cannot hash text that is no valid Unicode, and names of files may be such."""

from __future__ import annotations

import os
from pathlib import Path


def as_key(path: str | Path) -> bytes:
    return os.fsencode(path)


def path_of(key: bytes) -> Path:
    return Path(os.fsdecode(key))
