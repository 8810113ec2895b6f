"""How much memory this process may still take, who of it has been promised some, and how it is told that something does not fit.

An operating system promises more memory than it has, and ends the process that uses what was promised: a whole server, for one click.
So whatever may need much is estimated before it begins, and refused with a sentence. No torch here.
"""

from __future__ import annotations

import ctypes
import gc
import os
import platform
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

import psutil

from core.errors import ConfigError, LabError
from core.typed_numbers import comma_remedy

RESERVE = 200 * 10**6  # bytes that are left to the server: pages, sockets, the system
SETTING = "LAB_MEMORY"  # the most that this process may take, in bytes or as "4 GB"
UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12, "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}
CGROUPS = Path("/sys/fs/cgroup")
# What torch, NumPy, the C++ library and the drivers of devices say when memory has run out, on Linux, Windows and macOS; in small letters.
SAID = (
    "out of memory",
    "not enough memory",
    "can't allocate memory",
    "cannot allocate memory",
    "unable to allocate",
    "bad_alloc",
    "bad allocation",
    "alloc_failed",
    "memory allocation failed",
    "failed to allocate",
    "insufficient memory",
    "paging file is too small",
)


# -- what is free ---------------------------------------------------------------------------------------------------


def free_memory() -> int:
    """Bytes that this process may still take, `RESERVE` less: the tightest of what the system has, what a container or a group of
    processes is allowed (cgroups of both versions), what this process is allowed, and `LAB_MEMORY`.

    Raises ConfigError when LAB_MEMORY is no size.
    """
    return max(0, min(_limits()) - RESERVE)


def _limits() -> Iterator[int]:
    """What each limit leaves, in bytes."""
    process = psutil.Process()
    used = process.memory_info()
    yield psutil.virtual_memory().available
    if setting := size_setting(SETTING):
        yield setting - used.rss
    if hasattr(process, "rlimit"):  # Linux and FreeBSD
        for limit, taken in (("RLIMIT_AS", used.vms), ("RLIMIT_DATA", getattr(used, "data", 0))):
            if hasattr(psutil, limit) and (most := process.rlimit(getattr(psutil, limit))[0]) >= 0:
                yield most - taken
    yield from group_limits(_text(Path("/proc/self/cgroup")), CGROUPS)


def group_limits(membership: str, root: Path) -> Iterator[int]:
    """What the groups of this process (the text of /proc/self/cgroup) and all groups above them leave, below the mounted `root`.

    Files that are cached in memory do not count as taken: the system gives them up when memory is short.
    """
    for line in membership.splitlines():
        number, names, path = [*line.split(":", 2), "", ""][:3]
        if number == "0" and not names:
            names = ("memory.max", "memory.current", ("active_file", "inactive_file"))
            yield from _chain(root, path, *names)
        elif "memory" in names.split(","):
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", ("total_active_file", "total_inactive_file"))
            yield from _chain(root / "memory", path, *names)


def _chain(mount: Path, path: str, limit: str, usage: str, cached: tuple[str, str]) -> Iterator[int]:
    """What a group and those above it leave. Inside a container the path is often not there: its own group is the mount itself."""
    inside = PurePosixPath(path.lstrip("/"))
    for folder in (mount / inside, *(mount / above for above in inside.parents)):
        most, taken = _text(folder / limit).strip(), _text(folder / usage).strip()
        if most.isdecimal() and taken.isdecimal():
            held = dict(line.split(maxsplit=1) for line in _text(folder / "memory.stat").splitlines() if " " in line)
            yield int(most) - int(taken) + sum(int(held.get(name, 0)) for name in cached)


def _text(path: Path) -> str:
    """The text of a small file of the system; empty where there is none."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def size_setting(name: str) -> int:
    """The environment's `name` as bytes ("4000000000", "4 GB", "3.5 GiB"), 0 when it is not set. Raises ConfigError when it is no size."""
    text = os.environ.get(name, "").strip()
    if not text:
        return 0
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-z]*)", text.lower())
    if not found or found[2] not in UNITS or not float(found[1]):
        told = comma_remedy(re.sub(r"\s*[A-Za-z]+$", "", text))
        raise ConfigError(
            f"The setting {name} = {text[:40]!r} is no size: write bytes, or a number with its unit as in 4 GB, or unset it.{told}"
        )
    return int(float(found[1]) * UNITS[found[2]])


def give_back() -> None:
    """Give memory that was freed back to the system: what the C library keeps for later would look as if it were taken."""
    if platform.libc_ver()[0] == "glibc":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def share_heaps() -> None:
    """Let all threads take memory from two heaps, and what is large from the system itself, so that it goes back there.

    The C library has eight heaps a core, one for each of some threads: a server, in which every script is a thread of its own, would keep
    in each of them what its largest script took. And once something large was freed it takes the like from a heap, too: what lies between
    small things that stay is never given back.
    """
    if platform.libc_ver()[0] == "glibc":
        with suppress(OSError, AttributeError):
            library = ctypes.CDLL(None)
            library.mallopt(M_ARENA_MAX, 2)
            library.mallopt(M_MMAP_THRESHOLD, LARGE)


M_ARENA_MAX, M_MMAP_THRESHOLD = -8, -3  # malloc.h
LARGE = 2**18  # bytes


# -- what is promised -----------------------------------------------------------------------------------------------

_lock = threading.Lock()
_claims: dict[object, int] = {}
_before = 0  # what the process had taken when the first of the claims was made


Remedy = str | Callable[[int], str]  # what to do, or what tells it of the bytes that are free


@contextmanager
def claim(need: int, what: str, remedy: Remedy = "") -> Iterator[None]:
    """While it lasts, `need` bytes are promised to whoever is in here: nobody else is promised the same ones.

    Raises ConfigError with `does_not_fit(what, ...)` when they are not there.
    """
    global _before
    name = object()
    with _lock:
        if not _claims:
            give_back()
            _before = taken()
        if need > _unpromised():
            gc.collect()  # a moment in which the whole process stands: only where it may help
            give_back()
        free, others = _unpromised(), promised()
        if need <= free:
            _claims[name] = need
    check(need, free, what, remedy, others=others)  # looks for a remedy outside the lock
    try:
        yield
    finally:
        with _lock:
            del _claims[name]


def require(need: int, what: str, remedy: Remedy = "") -> None:
    """Raises ConfigError when `need` bytes are not there, for something short that needs no promise."""
    with _lock:
        if need > _unpromised():
            give_back()
        free, others = _unpromised(), promised()
    check(need, free, what, remedy, others=others)


def check(need: int, free: int, what: str, remedy: Remedy = "", *, others: int = 0) -> None:
    """Raises ConfigError when `need` bytes are more than are `free`; `others` are promised to runs."""
    if need > free:
        raise ConfigError(does_not_fit(what, need, free, remedy if isinstance(remedy, str) else remedy(free), others=others))


def capacity() -> int:
    """Bytes that something could take when it is alone: those that are free, and those that runs hold now."""
    with _lock:
        return free_memory() + (max(0, taken() - _before) if _claims else 0)


def promised() -> int:
    """Bytes that are promised now, together."""
    return sum(_claims.values())


def taken() -> int:
    """Bytes of memory that this process has now."""
    return psutil.Process().memory_info().rss


def _unpromised() -> int:
    """What is free, less what has been promised and is not taken yet."""
    return max(0, free_memory() - (max(0, _before + sum(_claims.values()) - taken()) if _claims else 0))


# -- how it is told -------------------------------------------------------------------------------------------------


def does_not_fit(what: str, need: int, free: int, remedy: str = "", *, others: int = 0) -> str:
    """ "This run needs about 6 GB of memory, 3 GB are free: ..." """
    beside = f" ({told(others)} are promised to what runs now)" if others else ""
    return f"{what} needs about {told(need)} of memory, and {told(free)} are free{beside}: {remedy or 'try again when others have ended'}."


def told(count: int) -> str:
    """A number of bytes for a sentence: "6.2 GB", "340 MB"; powers of ten."""
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.0f} MB"


def ran_out(error: BaseException) -> bool:
    """Whether an error says that memory has run out, of the computer or of a device, on any system."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":  # the other is torch's
        return True
    return isinstance(error, (RuntimeError, OSError)) and any(words in str(error).lower() for words in SAID)


@contextmanager
def told_if_it_runs_out(what: str, remedy: str = "choose a smaller model or a smaller batch_size") -> Iterator[None]:
    """Turns running out of memory in here into a LabError with a remedy: the second line of defence, where an estimate was too low."""
    try:
        yield
    except LabError:
        raise
    except Exception as error:
        if not ran_out(error):
            raise
        raise ConfigError(f"{what} ran out of memory: {remedy}, then try again.") from error
