"""Where the lab keeps its things: `LAB_HOME`, `.lab/` in the working folder unless set."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from core.errors import BusyError, ConfigError, Place, StoreError
from core.files import out_of_files, remedy, write_whole
from core.pasted import pasted
from core.shared_files import SETTING, shared_folder
from core.typed_numbers import comma_remedy

OWN = "home.id"  # of a home, and of the folder in LAB_FILES: what names it
JOINED = "files.id"  # of a home whose files have been put into the folder in LAB_FILES: what names that


def named_home(home: str | Path | None = None) -> Path:
    """Where the lab's folder is or would be: `home`, else the environment's LAB_HOME, else `.lab`. A Path is taken as it is; a text may
    have been pasted, in quotes or with spaces around it.
    """
    said = home or os.environ.get("LAB_HOME") or ".lab"
    return (said if isinstance(said, Path) else Path(pasted(said))).expanduser().absolute()


def lab_home(home: str | Path | None = None) -> Path:
    """The lab's folder, as `named_home` has it, made if missing.

    Raises StoreError when it cannot be made or written, BusyError when that is so because too many files are open.
    """
    folder = named_home(home)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".write-test-{os.getpid()}"
        probe.touch()
        probe.unlink(missing_ok=True)  # another thread may have been quicker
    except OSError as error:
        kind = BusyError if out_of_files(error) else StoreError
        told = remedy(error, "Give it write permission and free disk space, or set LAB_HOME (or --home) to another folder.")
        raise kind("The lab's folder ", Place(folder), f" cannot be written ({error.strerror}). {told}") from error
    return folder


def number_setting(name: str, default: float) -> float:
    """The environment's `name` as a number not below 0, `default` when it is not set. Raises ConfigError when it is no such number."""
    text = os.environ.get(name, "")
    try:
        value = float(text or default)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise ConfigError(
            f"The setting {name} = {text!r} is not a number of 0 or more: correct it, or unset it for {default:g}.{comma_remedy(text)}"
        )
    return value


def home_id(home: Path) -> str:
    """What names the home wherever it is moved to: some letters in its file `home.id`, made at the first call.

    Two homes may share one database (LAB_DATABASE); each run belongs to the home that has its weights. With LAB_FILES the weights lie at
    its URL, and so does the id: all homes with one URL are one home. Raises ConfigError when LAB_FILES does not name what it named before.
    """
    folder, joined = shared_folder(), said_in(home / JOINED)
    if folder is None:
        if joined:
            raise ConfigError(
                f"The files of this lab's runs are kept at a URL: set {SETTING} to it again, or delete the file {JOINED} in the lab's "
                "folder if what lies there itself shall count from now on."
            )
        return own_id(home)
    found = (folder.read(OWN) or b"").decode("utf-8", "replace").strip()
    if joined and found != joined:
        raise ConfigError(
            f"The folder that {SETTING} names is not the one with the files of this lab's runs: correct it, or delete the file {JOINED} in "
            "the lab's folder to begin in that folder with the files that are here."
        )
    return found or folder.agreed(OWN, own_id(home))


def own_id(home: Path) -> str:
    """The letters in the file `home.id` of a home itself, made at the first call."""
    if not said_in(home / OWN):
        write_whole(home / OWN, secrets.token_hex(8))
    return said_in(home / OWN)


def said_in(file: Path) -> str:
    """The text of a small file; "" where there is none."""
    with suppress(FileNotFoundError):
        return file.read_text("utf-8").strip()
    return ""
