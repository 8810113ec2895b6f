"""Mean and deviation of 50,000 images as the page Data counts them, against NumPy over the same memory."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch

from core.data.statistics import looks, running_statistics
from tests.benchmarks.report import Ratio, ratio, table, verdict

IMAGES, NEED = 50_000, 1.5


def statistics(options: argparse.Namespace) -> str:
    """The table of times, ours by NumPy's."""
    pixels = np.random.default_rng(0).integers(0, 256, (IMAGES, 3, 32, 32), dtype=np.uint8)
    images, rounds = torch.from_numpy(pixels), 3 if options.quick else 9
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    rows = []
    for what, theirs in {"mean": _mean, "mean and deviation": _mean_and_deviation}.items():
        found = _ratio(lambda: [*running_statistics([images], looks(IMAGES))], lambda of=theirs: of(pixels), rounds)
        rows.append([f"NumPy's {what}, a pass each", str(found), verdict(found.median, at_most=NEED)])
    torch.set_num_threads(threads)
    note = f"{IMAGES:,} images of random pixels, one thread; mean and deviation at {len(looks(IMAGES))} numbers of images, times in turn, {rounds} rounds."
    return "\n".join(
        ["### Statistics", "", table(["mean and deviation, exact, as a share of the time of", "ratio", "need"], rows), "", note]
    )


def _mean(pixels: np.ndarray) -> None:
    pixels.mean(axis=(0, 2, 3))


def _mean_and_deviation(pixels: np.ndarray) -> None:
    pixels.mean(axis=(0, 2, 3)), pixels.std(axis=(0, 2, 3))


def _ratio(ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> Ratio:
    times = [(_seconds(ours), _seconds(theirs)) for _ in range(rounds)]
    return ratio(*zip(*times, strict=True))


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
