"""The files of runs by name: in the folders of a home, and with LAB_FILES at its URL, where they count and a home has copies only.

A copy is used when it has the size of the file at the URL and begins as that does, up to the end of the header. In the header of a
checkpoint stands the checksum of the whole file (`tensor_file`), so equal headers mean equal files, and a few kilobytes are read to know
it. Times and tags are not compared: each kind of URL has others, some have none, and clocks of machines differ. What is no checkpoint has
no header, and is compared as a whole.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from core.errors import ConfigError, StoreError
from core.files import TEMPORARY, remedy, write_whole
from core.home import JOINED, home_id, own_id
from core.shared_files import SETTING, SharedFolder, shared_folder
from core.training.runs.claims import SHIPPED

RUNS = "runs"  # the folder of the runs' folders, in a home and at the URL
KEPT = (".safetensors", ".json")  # endings of what is kept of runs: weights, states, answers; and what was measured
FRESH = 2.0  # seconds for which a listing is believed: pages ask several times a second
OLD = 86_400.0  # seconds after which nobody writes to a temporary file any more


def files_as_set() -> Files:
    """The files of runs, where LAB_FILES says. Raises ConfigError when its URL cannot be used, BusyError when it does not answer."""
    return _files(shared_folder())


@cache
def _files(folder: SharedFolder | None) -> Files:
    return Files(folder)


@dataclass
class RunListing:
    """Bytes by name, and the copies that have been compared since."""

    sizes: dict[str, int]
    since: float = field(default_factory=time.monotonic)
    same: set[Path] = field(default_factory=set)

    @property
    def fresh(self) -> bool:
        """Whether it may be believed."""
        return time.monotonic() - self.since < FRESH


class Files:
    """Reads and writes files HOME/runs/RUN/NAME. With a `folder` for all homes they count there; without one only what is here does.

    Any other path is left alone. Methods raise StoreError with a remedy, BusyError when what is wrong will pass by itself.
    """

    def __init__(self, folder: SharedFolder | None) -> None:
        self._folder = folder
        self._listings: dict[str, RunListing] = {}
        self._all: tuple[float, dict[str, dict[str, int]]] | None = None
        self._joined: set[Path] = set()
        self._lock = threading.RLock()

    @property
    def shared(self) -> bool:
        """Whether the files lie at a URL."""
        return self._folder is not None

    # -- one file ---------------------------------------------------------------------------------------------------

    def write(self, path: Path, content: bytes | bytearray | str) -> None:
        """Write a file whole, here and then at the URL. Raises OSError, too, when it cannot be written here."""
        content = content.encode() if isinstance(content, str) else content
        write_whole(path, content)
        if self._is_of_run(path):
            self._put(path, content)

    def _put(self, path: Path, content: bytes | bytearray) -> None:
        self._folder.write(_name(path), content)
        with self._lock:
            self._all = None
            if listing := self._listings.get(path.parent.name):
                listing.sizes[path.name] = len(content)
                listing.same.add(path)

    def fetch(self, path: Path) -> Path:
        """`path` itself, whose content is now that of the URL. Raises FileNotFoundError when it is not there, OSError without space."""
        if not self._is_of_run(path):
            return path
        listing = self._listing(path.parent.name)
        if path.name not in listing.sizes and path.exists():  # perhaps just written, by another process of this home
            self.look_again(path.parent.name)
            listing = self._listing(path.parent.name)
        if path.name not in listing.sizes:
            raise _not_there(path)
        if path not in listing.same:
            if not self._is_same(path, listing.sizes[path.name]):
                self._get(path)
            listing.same.add(path)
        return path

    def _is_same(self, path: Path, size: int) -> bool:
        try:
            with path.open("rb") as file:
                begin = file.read(8)  # the length of the header
                header = begin + file.read(min(int.from_bytes(begin, "little"), size))
                here = file.seek(0, os.SEEK_END)
        except FileNotFoundError:
            return False
        return here == size and self._folder.read(_name(path), most=len(header)) == header

    def _get(self, path: Path) -> None:
        if (content := self._folder.read(_name(path))) is None:
            raise _not_there(path)
        path.parent.mkdir(exist_ok=True)
        write_whole(path, content)

    def remove(self, path: Path) -> None:
        """Delete a file, at the URL and then here, if it is there. Raises OSError, too."""
        if self._is_of_run(path):
            self._folder.remove(_name(path))
            with self._lock:
                self._all = None
                if listing := self._listings.get(path.parent.name):
                    listing.sizes.pop(path.name, None)
        path.unlink(missing_ok=True)

    # -- all of a run, or of all ------------------------------------------------------------------------------------

    def sizes(self, folder: Path) -> Mapping[str, int]:
        """The bytes of the files of the run with this folder, by name."""
        if self.shared:
            return dict(self._listing(folder.name).sizes)
        sizes = {}
        with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # somebody has just removed it
                    sizes[entry.name] = entry.stat().st_size
        return sizes

    def named(self, folder: Path, pattern: str) -> list[Path]:
        """The files of the run with this folder whose names fit `pattern`, as that of `Path.glob`."""
        if self.shared:
            return [folder / name for name in self._listing(folder.name).sizes.copy() if fnmatchcase(name, pattern)]
        return list(folder.glob(pattern))

    def all_named(self, home: Path, pattern: str) -> list[Path]:
        """What `named` gives of all runs."""
        if self.shared:
            found = ((run, name) for run, sizes in self.all_sizes().items() for name in sizes)
            return [home / RUNS / run / name for run, name in found if fnmatchcase(name, pattern)]
        return list((home / RUNS).glob(f"*/{pattern}"))

    def all_sizes(self) -> dict[str, dict[str, int]]:
        """The bytes of the files of each run at the URL, by run and name."""
        with self._lock:
            known = self._all
        if known is None or time.monotonic() - known[0] > FRESH:
            known = (time.monotonic(), self._folder.all_sizes(RUNS))
            with self._lock:
                self._all = known
        return known[1]

    def remove_all(self, run_id: str) -> None:
        """Delete all files of a run at the URL."""
        if self.shared:
            self._folder.remove_folder(f"{RUNS}/{run_id}")
            self.look_again(run_id)

    def look_again(self, run_id: str) -> None:
        """Believe no listing of a run that was made before now."""
        with self._lock:
            self._all = None
            self._listings.pop(run_id, None)

    def _listing(self, run_id: str) -> RunListing:
        with self._lock:
            known = self._listings.get(run_id)
        if known is None or not known.fresh:
            known = RunListing({}, time.monotonic())  # since before it is made
            known.sizes = self._folder.sizes(f"{RUNS}/{run_id}")
            with self._lock:
                self._listings = {key: one for key, one in self._listings.items() if one.fresh} | {run_id: known}
        return known

    # -- a home -----------------------------------------------------------------------------------------------------

    def join(self, home: Path) -> str:
        """Let the files of a home be those at the URL from now on; returns what names the home (see `home_id`).

        What the home has had before LAB_FILES was set is put there first. Raises ConfigError when another lab has its files there.
        """
        name = home_id(home)
        if self.shared and not (home / JOINED).exists():
            self._folder.make(RUNS)
            self._move_in(home, name)
            write_whole(home / JOINED, name)
        self._joined.add(home)
        return name

    def _move_in(self, home: Path, name: str) -> None:
        paths = [path for end in KEPT for path in sorted((home / RUNS).glob(f"*/*{end}"))]
        if name != own_id(home) and any(not path.parent.name.startswith(SHIPPED) for path in paths):
            raise ConfigError(
                f"The folder that {SETTING} names has files of another lab, and this lab's folder has runs of its own: name another folder "
                "there, or start with a new folder here (--home)."
            )
        for path in paths:
            try:
                if self.sizes(path.parent).get(path.name) != path.stat().st_size:
                    self._put(path, path.read_bytes())
            except OSError as error:
                told = remedy(error, "Move it away, then start the lab again.")
                raise StoreError(f"The file {path.name} of run {path.parent.name} cannot be read ({error.strerror}). {told}") from error

    def sweep(self) -> None:
        """Delete at the URL the temporary files of processes that have ended long ago."""
        for run_id, sizes in self.all_sizes().items() if self.shared else ():
            for name in [name for name in sizes if name.endswith(TEMPORARY)]:
                if self._folder.age(f"{RUNS}/{run_id}/{name}") > OLD:
                    self._folder.remove(f"{RUNS}/{run_id}/{name}")

    def forget_gone(self, home: Path) -> None:
        """Delete copies of files that another home has removed. Of runs that the URL knows nothing of, nothing is touched."""
        for run_id, sizes in self.all_sizes().items():
            for path in (home / RUNS / run_id).glob("*.safetensors"):
                if path.name not in sizes:
                    with suppress(OSError):
                        path.unlink()

    def _is_of_run(self, path: Path) -> bool:
        """Whether a path is of a file of a run, whose home has then joined, and the files lie at a URL."""
        if not self.shared or path.parent.parent.name != RUNS:
            return False
        if (home := path.parents[2]) not in self._joined:
            self.join(home)
        return True


def _name(path: Path) -> str:
    """The name of a run's file at the URL."""
    return f"{RUNS}/{path.parent.name}/{path.name}"


def _not_there(path: Path) -> FileNotFoundError:
    return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
