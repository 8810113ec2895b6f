"""A process that keeps one core busy, and what it costs a program on another core of this machine."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.benchmarks.report import Ratio, ratio

# It ends with us, however we end: a forgotten one would spoil every later measurement.
BUSY = "import os\nwhile os.getppid() == {parent}:\n    for _ in range(100_000): pass"


@contextmanager
def busy_neighbour() -> Iterator[None]:
    """A process that keeps one core busy."""
    process = subprocess.Popen([sys.executable, "-c", BUSY.format(parent=os.getpid())])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def core_independence(*, rounds: int = 5, seconds: float = 0.5) -> Ratio:
    """How fast one thread counts beside a busy neighbour, against alone: 1 where cores share nothing, 0.5 where they are one."""
    alone, beside = [], []
    for _ in range(rounds):
        alone.append(counting(seconds))
        with busy_neighbour():
            time.sleep(0.2)  # until it runs
            beside.append(counting(seconds))
    return ratio(beside, alone)


def counting(seconds: float) -> float:
    """Numbers counted per second."""
    count, start = 0, time.perf_counter()
    while time.perf_counter() < start + seconds:
        for _ in range(1000):
            count += 1
    return count / (time.perf_counter() - start)
