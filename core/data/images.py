"""Image files of any kind to 32x32 color pixels."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from threading import Lock

import numpy as np
from PIL import Image, ImageOps

from core.data.progress import Progress, throttled

SIZE = 32
MOST_PIXELS = 100_000_000  # a larger image is skipped
LARGE = 4_000_000  # pixels; larger ones are decoded one at a time, for each may need hundreds of megabytes
THREADS = 3
BATCH = 64  # files a task

_large = Lock()


def decode(paths: Sequence[str], progress: Progress | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The readable ones of F files as images (N, 3, 32, 32) uint8, in order, and which are readable (F,) bool."""
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
        # Pillow warns of large and odd files; they are counted instead. Filters are process-wide: not in the threads.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for done, _ in enumerate(pool.map(task, range(0, len(paths), BATCH)), 1):
                report(min(done * BATCH, len(paths)), len(paths), "Reading images")
    finally:
        pool.shutdown(cancel_futures=True)
    return (images if readable.all() else images[readable]), readable


def read_image(path: str) -> np.ndarray | None:
    """The image in a file as (32, 32, 3) uint8; None when it cannot be read or has over 100 megapixels.

    Upright (EXIF), on white where it is transparent, squeezed: one that is not square changes its proportions.
    """
    try:
        with Image.open(path) as image:
            pixels = image.width * image.height
            if pixels > MOST_PIXELS:
                return None
            image.draft("RGB", (2 * SIZE, 2 * SIZE))  # JPEGs decode at a fraction of their size
            with _large if pixels > LARGE else nullcontext():
                return np.asarray(squeezed(image))
    except Exception:  # Pillow raises nearly anything on a broken file: OSError, SyntaxError, struct.error, ValueError, ...
        return None


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
