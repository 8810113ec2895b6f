"""Where the lab keeps its things: `LAB_HOME`, `.lab/` in the working folder unless set."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from core.errors import BusyError, ConfigError, Place, StoreError
from core.files import out_of_files, remedy, write_whole
from core.pasted import pasted
from core.typed_numbers import comma_remedy


def lab_home(home: str | Path | None = None) -> Path:
    """The lab's folder, made if missing: `home`, else the environment's LAB_HOME, else `.lab`. A Path is taken as it is; a text may have
    been pasted, in quotes or with spaces around it.

    Raises StoreError when it cannot be made or written, BusyError when that is so because too many files are open.
    """
    said = home or os.environ.get("LAB_HOME") or ".lab"
    folder = (said if isinstance(said, Path) else Path(pasted(said))).expanduser().absolute()
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

    Two homes may share one database (LAB_DATABASE); each run belongs to the home that has its weights.
    """
    path = home / "home.id"
    with suppress(FileNotFoundError):
        return path.read_text("utf-8").strip()
    write_whole(path, secrets.token_hex(8))
    return path.read_text("utf-8").strip()
