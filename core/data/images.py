"""Image files of any kind to 32x32 color pixels. Nothing is decoded that is larger than a bound, and of large ones one at a time."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from typing import BinaryIO

import numpy as np

from core.data.picture import Bounds, Picture, UnreadableError, one_at_a_time, read_picture
from core.data.progress import Progress, throttled
from core.data.squeezing import SIZE
from core.errors import DataError
from core.files import out_of_files, remedy
from core.memory import require

BOUNDS = Bounds(file=200_000_000, pixels=100_000_000, decoded=24_000_000, of_jpeg=24_000_000)
LARGE_FILE = 20_000_000  # bytes: larger ones are read one at a time
THREADS = 3
BATCH = 64  # files a task


def decode(paths: Sequence[str], progress: Progress | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The readable ones of F files as images (N, 3, 32, 32) uint8, in order, and which are readable (F,) bool.

    Raises ConfigError when there is no memory for one of them, DataError when no file can be opened because too many are open.
    """
    images = np.empty((len(paths), 3, SIZE, SIZE), np.uint8)
    readable = np.zeros(len(paths), bool)
    report = throttled(progress)

    def task(start: int) -> None:
        for i in range(start, min(start + BATCH, len(paths))):
            pixels = read_image(paths[i])
            if pixels is not None:
                images[i], readable[i] = pixels.transpose(2, 0, 1), True  # (32, 32, 3) -> (3, 32, 32)

    pool = ThreadPoolExecutor(THREADS, "decode")
    try:
        for done, _ in enumerate(pool.map(task, range(0, len(paths), BATCH)), 1):
            report(min(done * BATCH, len(paths)), len(paths), "Reading images")
    finally:
        pool.shutdown(cancel_futures=True)
    return (images if readable.all() else images[readable]), readable


def read_image(path: str) -> np.ndarray | None:
    """The image in a file as (32, 32, 3) uint8, as `picture_in` reads it; None when it cannot be read or is too large."""
    try:
        return picture_in(path).pixels.transpose(1, 2, 0)  # (3, 32, 32) -> (32, 32, 3)
    except UnreadableError:
        return None


def why_not(path: str) -> str:
    """Why the picture in a file cannot be read, and what to do, in sentences; empty when it can."""
    try:
        picture_in(path)
    except UnreadableError as error:
        return str(error)
    return ""


def picture_in(path: str) -> Picture:
    """The picture in a file, prepared as an uploaded one is.

    Raises UnreadableError, with what to do, when it cannot be read or is too large; DataError and ConfigError when there is no memory for
    it, or no file can be opened because too many are open: then nothing is known of it.
    """
    try:
        with regular_file(path) as file:
            size = os.fstat(file.fileno()).st_size
            with one_at_a_time if size > LARGE_FILE else nullcontext():
                if size > LARGE_FILE:
                    require(2 * size, f"A file of {size / 1e6:.0f} MB", "make the picture smaller, or try again in a minute")
                return read_picture(file.read(), BOUNDS)
    except (OSError, ValueError) as error:  # ValueError: no file can have such a name
        if out_of_files(error):
            raise DataError(f"The pictures cannot be read at the moment. {remedy(error)} Then try again.") from error
        reason = getattr(error, "strerror", "") or "no such name"
        raise UnreadableError(f"The file cannot be read ({reason}). {remedy(error, 'Check that it is there and may be read.')}") from error


@contextmanager
def regular_file(path: str) -> Iterator[BinaryIO]:
    """A file, opened; raises UnreadableError for what is none (a device, a pipe, a socket), for an empty one and for a too large one.

    What is behind a name may change between a look and the opening: the look is at what has been opened, which never waits.
    """
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    if not stat.S_ISREG(os.stat(path).st_mode):  # opening some devices does something
        raise UnreadableError("This is no file: take it away.")
    with open(os.open(path, flags), "rb") as file:
        state = os.fstat(file.fileno())
        if not stat.S_ISREG(state.st_mode):
            raise UnreadableError("This is no file: take it away.")
        if not state.st_size:
            raise UnreadableError("The file is empty: copy or download it again.")
        if state.st_size > BOUNDS.file:
            size = f"{state.st_size / 1e6:.0f} MB, at most {BOUNDS.file / 1e6:.0f} MB are read"
            raise UnreadableError(f"The file has {size}: make the picture smaller.")
        yield file
