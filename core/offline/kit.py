"""Making a kit: a folder with wheels, the lab's own files, recorded runs and lessons among them, and a copy to read without a server.

What a kit needs from elsewhere comes first, and the Makefile last: a folder from which `make run` starts something is a whole kit. Until
then its README says that it is not finished. A kit that was cut short is continued by the same command.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from core import memory
from core.data import Progress
from core.errors import ConfigError, DataError, Place, StoreError
from core.files import remedy, write_whole
from core.lessons.reading import ENDING
from core.lessons.shelf import OWN, own_folder
from core.offline.own_files import copy_files, own_files
from core.offline.readme import HALF, readme
from core.offline.wheels import AGAIN, fetch_wheels, machine
from core.shared_files import FULL

ROOT = Path(__file__).resolve().parents[2]
MARK = "kit.json"  # in a kit: what it is, and whether all of it is there
README = "KIT.md"
WHEELS, COPY, HOME = "wheels", "copy", ".lab"
LAST = Path("Makefile")


@dataclass(frozen=True)
class Kit:
    """What a kit has: how many wheels, files of the lab, pages to read, and lessons of the instructor's own."""

    wheels: int
    files: int
    pages: int
    lessons: int
    bytes: int
    machine: str


def make_kit(folder: Path, home: Path, progress: Progress = lambda *_: None, root: Path = ROOT) -> Kit:
    """Make a kit of the lab in `root` in a folder that is not there or empty, or go on with one that is not finished.

    `home` is the lab's folder: its lessons come along, and nothing else of it. Raises ConfigError for a folder that holds something else,
    StoreError when wheels cannot be fetched or the disk takes nothing more.
    """
    _check(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / MARK, json.dumps({"finished": False}))
        write_whole(folder / README, HALF)
        progress(0, 0, "fetching wheels: some minutes")
        wheels = fetch_wheels(root, folder / WHEELS)
        progress(0, 0, "writing pages to read")
        pages = write_copy(root, folder / COPY, home)
        lessons = _own_lessons(home, folder / HOME / OWN)
        files = sorted(own_files(root, MARK), key=lambda path: path == LAST)
        copied = copy_files(root, files, folder, lambda done, total: progress(done, total, "copying the lab"))
        size = copied + sum(path.stat().st_size for path in wheels)
        made = Kit(len(wheels), len(files), pages, lessons, size, machine())
        write_whole(folder / README, readme(made.machine, memory.told(size)))
        write_whole(folder / MARK, json.dumps({"finished": True, "made": time.strftime("%Y-%m-%d"), **asdict(made)}))
    except OSError as error:
        raise _problem(error, folder) from error
    return made


def is_finished(folder: Path) -> bool:
    """Whether a kit that was begun in a folder is whole. Raises ConfigError where none was begun."""
    try:
        return json.loads((folder / MARK).read_text("utf-8"))["finished"] is True
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ConfigError("The folder ", Place(folder), " is not empty, and no kit was begun in it: name a new folder.") from error


def _check(folder: Path) -> None:
    """Raise ConfigError for a folder in which a kit can neither be begun nor continued."""
    try:
        there = folder.is_dir() and any(folder.iterdir())
        if folder.exists() and not folder.is_dir():
            raise ConfigError("The path ", Place(folder), " is a file: name a folder that is not there yet.")
    except OSError as error:
        raise _problem(error, folder) from error
    if there and is_finished(folder):
        raise ConfigError("The folder ", Place(folder), " holds a whole kit already: name a new folder, or delete this one.")


def _problem(error: OSError, folder: Path) -> StoreError:
    if error.errno in FULL:
        return StoreError("The disk is full, and the kit in ", Place(folder), f" is not finished: free some space. {AGAIN}")
    told = remedy(error, "Give it write permission, or name another folder.")
    return StoreError("The kit in ", Place(folder), f" cannot be written ({error.strerror}). {told}")


def write_copy(root: Path, folder: Path, home: Path) -> int:
    """Let the dashboard, which knows the pages, write what can be read without a server; returns how many files of HTML that are.

    It is another program, for `core` knows no page. Raises DataError where it does not end well.
    """
    words = [sys.executable, "-m", "dashboard", "--copy", str(folder), "--home", str(home)]
    made = subprocess.run(words, cwd=root, env=os.environ.copy(), capture_output=True, check=False)
    if made.returncode:
        said = made.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise DataError(f"The pages to read could not be written: {' '.join(said) or 'no reason is known.'}")
    return len(list(folder.rglob("*.html")))


def _own_lessons(home: Path, folder: Path) -> int:
    """Copy the lessons that an instructor has written; returns how many."""
    found = [path for path in sorted(own_folder(home).glob(f"*{ENDING}")) if path.is_file() and not path.name.startswith(".")]
    for path in found:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, folder / path.name)
    return len(found)
