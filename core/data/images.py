"""Image files of any kind to 32x32 color pixels. Nothing is decoded that is larger than a bound, and of large ones one at a time."""

from __future__ import annotations

import os
import stat
import threading
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps

from core.data.progress import Progress, throttled
from core.errors import ConfigError, DataError
from core.files import out_of_files, remedy
from core.memory import require

SIZE = 32
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")  # Pillow knows more, and starts another program for some (EPS)
MOST_PIXELS = 100_000_000  # that the header of a file may tell
MOST_DECODED = 24_000_000  # pixels in memory; of a JPEG, which is decoded at a fraction of its size, more may be in the file
MOST_BYTES = 200_000_000  # of a file: some kinds are read whole before they are decoded
LARGE = 4_000_000  # pixels; larger ones are decoded one at a time, for each may need hundreds of megabytes
A_PIXEL = 16  # bytes at the most: decoded, with what is transparent, cut out, and once more while it is resized
THREADS = 3
BATCH = 64  # files a task

one_at_a_time = threading.RLock()  # whoever decodes something large, or what a stranger has sent

# Pillow warns of large and odd files, which are counted or refused here. Once for all: filters belong to the process, and of two readers
# who change them for a while at the same time, the later one would leave its own behind for good.
warnings.filterwarnings("ignore", module=r"PIL\.")


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
    """The image in a file as (32, 32, 3) uint8; None when it cannot be read, is none of `FORMATS`, or is too large.

    Upright (EXIF), on white where it is transparent, squeezed: one that is not square changes its proportions.
    """
    try:
        with regular_file(path) as file:
            if file is None:
                return None
            declared = declared_pixels(file)
            if declared > MOST_DECODED:
                return None
            with one_at_a_time if declared > LARGE else nullcontext(), Image.open(file, formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS or (pixels := drafted(image, 2 * SIZE)) > MOST_DECODED:
                    return None
                with one_at_a_time if pixels > LARGE else nullcontext():
                    make_room(pixels)
                    return np.asarray(squeezed(image))
    except ConfigError:
        raise
    except Exception as error:  # Pillow raises nearly anything on a broken file: OSError, SyntaxError, struct.error, ValueError, ...
        if out_of_files(error):  # then nothing is known of the file: a set must not be kept without the picture
            raise DataError(f"The pictures cannot be read at the moment. {remedy(error)} Then try again.") from error
        return None


@contextmanager
def regular_file(path: str) -> Iterator[BinaryIO | None]:
    """A file, opened; None for what is none (a device, a pipe, a socket), for an empty one and for one of more than `MOST_BYTES`.

    What is behind a name may change between a look and the opening: the look is at what has been opened, which never waits.
    """
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    if not stat.S_ISREG(os.stat(path).st_mode):  # opening some devices does something
        yield None
        return
    with open(os.open(path, flags), "rb") as file:
        state = os.fstat(file.fileno())
        yield file if stat.S_ISREG(state.st_mode) and 0 < state.st_size <= MOST_BYTES else None


def declared_pixels(file: BinaryIO) -> int:
    """How many pixels a WebP says that it has, 0 for other kinds: Pillow makes room for all of them when it opens one."""
    head = file.read(30)
    file.seek(0)
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP" or len(head) < 30:
        return 0
    if head[12:16] == b"VP8X":
        return (1 + int.from_bytes(head[24:27], "little")) * (1 + int.from_bytes(head[27:30], "little"))
    if head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (1 + (bits & 0x3FFF)) * (1 + (bits >> 14 & 0x3FFF))
    return (int.from_bytes(head[26:28], "little") & 0x3FFF) * (int.from_bytes(head[28:30], "little") & 0x3FFF)


def drafted(image: Image.Image, side: int) -> int:
    """Let a JPEG be decoded at a fraction of its size, no smaller than `side` pixels; returns how many pixels decoding takes.

    A progressive JPEG is kept whole until its end, in about half the bytes.
    """
    whole = image.width * image.height
    image.draft("RGB", (side, side))
    return max(image.width * image.height, whole // 2 if image.info.get("progressive") else 0)


def make_room(pixels: int) -> None:
    """Raises ConfigError when there is no memory for decoding so many pixels."""
    if pixels > LARGE:
        require(A_PIXEL * pixels, f"A picture of {pixels / 1e6:.0f} million pixels", "make it smaller, or try again in a minute")


def squeezed(image: Image.Image) -> Image.Image:
    """`image` in RGB at 32x32. It is turned after it is squeezed, which is the same and cheaper."""
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        image = _resize(image.convert("RGBA"))
        paper = Image.new("RGBA", image.size, "white")
        small = Image.alpha_composite(paper, image)
        small.info = image.info
    else:
        small = _resize(image if image.mode in ("L", "RGB") else image.convert("RGB"))
    return (ImageOps.exif_transpose(small) if "exif" in small.info else small).convert("RGB")


def _resize(image: Image.Image) -> Image.Image:
    if image.size == (SIZE, SIZE):
        return image
    return image.resize((SIZE, SIZE), Image.Resampling.LANCZOS, reducing_gap=3.0)
