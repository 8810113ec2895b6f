"""Where a run computes: the device, and the number of CPU threads. The only place that sets torch's threads."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable

import torch

from core.errors import ConfigError

GAIN = 1.25  # more threads must be this much faster, or one is kept: the page's server needs a core to answer


def choose_device(name: str = "auto") -> torch.device:
    """The device for `name`; "auto" takes CUDA, then MPS, then the CPU. Raises ConfigError if it is not there."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return torch.device(next(kind for kind, found in there.items() if found))
    if not there[name]:
        found = ", ".join(kind for kind, yes in there.items() if yes)
        raise ConfigError(f"This machine has no {name} device. Choose device = auto, or one of: {found}.")
    return torch.device(name)


def device_name(device: torch.device) -> str:
    """The device in words, such as "cpu (x86_64, 2 cores)"."""
    if device.type == "cuda":
        return f"cuda ({torch.cuda.get_device_name(device)})"
    return f"{device.type} ({platform.machine()}, {cores()} cores)"


def cores() -> int:
    """CPU cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def use_threads(count: int) -> None:
    """Let the calling thread compute with `count` threads. OpenMP keeps the number per thread: call it in the training thread."""
    torch.set_num_threads(count)


def fastest_threads(step: Callable[[], object], *, spare: int = 0, budget: float = 0.6) -> int:
    """The number of threads with which `step` runs fastest here and now; 1 unless more are at least `GAIN` times faster.

    `spare` cores are left to others: a page's server that shares every core with the training answers late and slows both.
    Candidates take turns, so that a busy neighbour meets them all, and each is judged by its median time: a neighbour that makes
    two threads wait for each other is exactly what this shall see. Takes about `budget` seconds and a few first steps.
    """
    most = max(1, cores() - spare)
    candidates = sorted({count for count in (1, 2, 4, most - 1, most) if 1 <= count <= most})
    if len(candidates) == 1:
        return 1
    times: dict[int, list[float]] = {count: [] for count in candidates}
    end = time.perf_counter() + budget
    while time.perf_counter() < end or len(times[1]) < 3:
        for count in candidates:
            use_threads(count)
            step()  # the first step after a change pays for starting threads
            start = time.perf_counter()
            step()
            times[count].append(time.perf_counter() - start)
    medians = {count: sorted(t)[len(t) // 2] for count, t in times.items()}
    best = min(candidates, key=medians.__getitem__)
    return best if medians[1] / medians[best] >= GAIN else 1
