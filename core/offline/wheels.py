"""The wheels of a kit: all that requirements.txt needs, in the versions of constraints.txt, for this Python on this system."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from core.errors import LabError, Place, StoreError
from core.text import taken

ASKED = ("-r", "requirements.txt", "-c", "constraints.txt")
LOG = "pip.log"  # in the folder of the wheels, until all of them are there
FOR = "FOR.txt"  # what the wheels are for, in a sentence: the Makefile says it where they do not fit
AGAIN = "Then give the same command again: it goes on where it ended."
FULL = re.compile(r"No space left on device|Errno 28|not enough space on the disk|WinError 112", re.IGNORECASE)
NO_PIP = re.compile(r"No module named pip\b")
NO_NETWORK = re.compile(
    r"connection broken by|Failed to establish|name resolution|getaddrinfo|Max retries|ConnectTimeout|Connection refused|Read timed out"
    r"|Network is unreachable|ProxyError|Could not fetch URL|Name or service not known",
    re.IGNORECASE,
)
VERSIONS = r"(?: ?,?[=<>!~]=? ?[\w.*]+)*"
MISSING = re.compile(
    rf"(?:No matching distribution found for |no matching distributions available for your environment:\s+)([\w.-]+{VERSIONS})"
)
CONFLICT = re.compile(r"ResolutionImpossible|conflicting dependencies")


def machine() -> str:
    """Which Python on which system the wheels are for."""
    version = ".".join(platform.python_version_tuple()[:2])
    return f"{platform.python_implementation()} {version} on {platform.system()} {platform.machine()}"


def fetch_wheels(root: Path, folder: Path) -> list[Path]:
    """Let pip download the wheels for the lab in `root` into `folder`; what is there already is not downloaded again.

    Returns the wheels. They are all that an installation needs: one without a network is resolved with them. A newer pip comes along where
    there is one; an old one is no reason to stop. Raises StoreError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fetch = ("download", "--dest", str(folder), "--only-binary=:all:", "--retries", "2")
    _pip(root, folder, *fetch, *ASKED)
    with suppress(StoreError):
        _pip(root, folder, *fetch, "pip")
    _pip(root, folder, "install", "--dry-run", "--ignore-installed", "--no-index", "--find-links", str(folder), *ASKED)
    said = f"The wheels of this kit are for {machine()}: take that Python, or make a kit on a machine like this one."
    (folder / FOR).write_text(f"{said}\n", encoding="utf-8")
    (folder / LOG).unlink(missing_ok=True)
    return sorted(folder.glob("*.whl"))


def _pip(root: Path, folder: Path, *words: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *words]
    made = subprocess.run(command, cwd=root, env={**os.environ, "LC_ALL": "C.UTF-8"}, capture_output=True, check=False)
    said = (made.stdout + made.stderr).decode("utf-8", "replace")
    if made.returncode:
        (folder / LOG).write_text(said, encoding="utf-8")
        raise problem(said, folder)


def problem(said: str, folder: Path) -> LabError:
    """What became of a download that ended with these words of pip's, and what to do. A full disk and no network have many more errors
    behind them: they are looked for first.
    """
    if FULL.search(said):
        return StoreError(
            "The disk is full: wheels need up to 4 GB in ", Place(folder), f" and as much where temporary files lie. Free some. {AGAIN}"
        )
    if NO_PIP.search(said):
        return StoreError("This Python has no pip, which fetches the wheels: give the command with the Python of .venv.")
    if NO_NETWORK.search(said):
        return StoreError(f"The wheels cannot be fetched, for the index of Python packages does not answer: connect this machine. {AGAIN}")
    if missing := MISSING.search(said):
        return StoreError(
            f"There is no wheel of {taken(missing[1])} for {machine()}: take another version in constraints.txt, or another Python. {AGAIN}"
        )
    if CONFLICT.search(said):
        return StoreError(f"No versions of the packages fit requirements.txt and constraints.txt together: correct these files. {AGAIN}")
    return StoreError("pip could not fetch the wheels. What it said is in ", Place(folder / LOG), f". {AGAIN}")
