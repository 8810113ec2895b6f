"""Where known data sets lie on this machine: named once, and kept in the lab's home for every page and command."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from core.errors import Place, StoreError
from core.files import remedy, write_whole
from core.home import lab_home

END = ".place"  # of the file that holds a path, in the folder of downloaded data sets


def place_of(name: str, home: str | Path | None = None) -> str:
    """The path that was named for the data set `name`; "" where none was."""
    try:
        return os.fsdecode(_file(name, home).read_bytes())
    except OSError:
        return ""


def all_places(home: str | Path | None = None) -> list[str]:
    """The paths of all data sets that were named."""
    return [path for file in sorted((lab_home(home) / "data").glob(f"*{END}")) if (path := place_of(file.stem, home))]


def keep_place(name: str, path: str, home: str | Path | None = None) -> None:
    """From now on the data set `name` lies at `path`, an absolute path; "" forgets it. Raises StoreError when that cannot be kept."""
    file = _file(name, home)
    try:
        if path:
            file.parent.mkdir(exist_ok=True)
            write_whole(file, os.fsencode(path))
        else:
            with suppress(FileNotFoundError):
                file.unlink()
    except OSError as error:
        told = remedy(error, "Give it write permission and free disk space, or set LAB_HOME (or --home) to another folder.")
        raise StoreError("The folder ", Place(file.parent), f" cannot be written ({error.strerror}). {told}") from error


def _file(name: str, home: str | Path | None) -> Path:
    return lab_home(home) / "data" / f"{name}{END}"
