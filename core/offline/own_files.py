"""The lab's own files: those that git tracks, or all of the installed tree where there is no git."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path

from core.files import TEMPORARY

NOT_OURS = (".git", ".github")  # beside what .gitignore names
SECONDS = 60  # that git may take


def own_files(root: Path, mark: str) -> list[Path]:
    """The files of the lab in `root`, by their paths below it, sorted. A folder with a file named `mark` in it is a kit, and none of them.

    Raises OSError for a folder that cannot be read.
    """
    tracked = _tracked(root)
    found = tracked if tracked else _walked(root, mark)
    return sorted({path for path in found if (root / path).is_file()})


def _tracked(root: Path) -> list[Path]:
    """What git tracks below `root`; nothing where there is no git, or it knows nothing of this folder."""
    try:
        words = ["git", "-C", str(root), "ls-files", "-z"]
        made = subprocess.run(words, capture_output=True, timeout=SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return [Path(os.fsdecode(name)) for name in made.stdout.split(b"\0") if name]


def _walked(root: Path, mark: str) -> Iterator[Path]:
    """All files of a tree but those that .gitignore names, for it says what is made on a machine; it has names alone, no paths."""
    lines = (root / ".gitignore").read_text("utf-8").splitlines() if (root / ".gitignore").is_file() else []
    ignored = (*NOT_OURS, *(line.strip().strip("/") for line in lines if line.strip() and not line.startswith("#")))
    for folder, folders, files in os.walk(root, onerror=_raise):
        here = Path(folder)
        if here != root and mark in files:
            folders.clear()
            continue
        folders[:] = [name for name in folders if not any(fnmatch(name, pattern) for pattern in ignored)]
        names = (name for name in files if name != mark and not any(fnmatch(name, pattern) for pattern in ignored))
        yield from (here.relative_to(root) / name for name in names)


def _raise(error: OSError) -> None:
    raise error


def copy_files(root: Path, files: list[Path], folder: Path, told: Callable[[int, int], None] = lambda *_: None) -> int:
    """Copy files of `root` to the same places below `folder`, each whole or not at all; one that is there already is replaced.

    Returns how many bytes they have. Raises OSError.
    """
    total = 0
    for number, path in enumerate(files):
        told(number, len(files))
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        half = target.with_name(f".{target.name}{TEMPORARY}")
        try:
            shutil.copy2(root / path, half)
            half.replace(target)
        except BaseException:
            half.unlink(missing_ok=True)
            raise
        total += target.stat().st_size
    return total
