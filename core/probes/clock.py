"""Clocks of probes: the only place where a probe measures seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from statistics import median

WALL_CLOCK = time.perf_counter
# CPU time of the thread that computes: what others do meanwhile does not count. Windows has it in ticks of 16 ms only.
THREAD_CLOCK = WALL_CLOCK if sys.platform == "win32" else time.thread_time


def median_seconds(*works: Callable[[], object], rounds: int, clock: Callable[[], float]) -> list[float]:
    """Seconds that each work takes: medians of `rounds`, in which all are done in turn, after one round that does not count."""
    taken: list[list[float]] = [[] for _ in works]
    for turn in range(rounds + 1):
        for seconds, work in zip(taken, works, strict=True):
            start = clock()
            work()
            if turn:
                seconds.append(clock() - start)
    return [median(seconds) for seconds in taken]
