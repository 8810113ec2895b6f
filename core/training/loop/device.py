"""Where and how a run computes: the device, the number of CPU threads and what computes a GRU. The only place that sets threads."""

from __future__ import annotations

import ctypes
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import torch

from core.cores import cores
from core.errors import ConfigError

if TYPE_CHECKING:
    from core.training.config import TrainingConfig

COMPILES = ("cuda",)  # devices for which torch.compile pays for its wait
GAIN = 1.1  # more threads must be so much faster, or fewer are kept: the measurement is short and noisy


def choose_device(name: str = "auto") -> torch.device:
    """The device for `name`; "auto" takes CUDA, then MPS, then the CPU. Raises ConfigError if it is not there."""
    gpus = [f"cuda:{number}" for number in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    there = [*(["cuda"] if gpus else []), *gpus, *(["mps"] if torch.backends.mps.is_available() else []), "cpu"]
    if name == "auto":
        return torch.device(there[0])
    if name not in there:
        raise ConfigError(f"This machine has no {name} device. Choose device = auto, or one of: {', '.join(there)}.")
    return torch.device(name)


def device_for(config: TrainingConfig) -> torch.device:
    """The device of a training. Raises ConfigError if it is not there, or cannot do what is asked."""
    device = choose_device(config.device)
    if config.precision == "bf16" and device.type != "cuda":
        raise ConfigError(f"precision = bf16 needs a CUDA device, this run uses {device.type}: choose float32.")
    if config.compile and device.type not in COMPILES:
        raise ConfigError(f"compile needs a CUDA device, this run uses {device.type}: switch it off.")
    return device


def device_name(device: torch.device) -> str:
    """The device in words, such as "cpu (x86_64, 2 cores)"."""
    if device.type == "cuda":
        return f"{device} ({torch.cuda.get_device_name(device)})"
    return f"{device.type} ({platform.machine()}, {cores()} cores)"


def use_threads(count: int) -> None:
    """Let the calling thread compute with `count` threads. OpenMP keeps the number per thread: call it in the training thread."""
    keep_memory()
    torch.set_num_threads(count)


@contextmanager
def computing_with(count: int) -> Iterator[None]:
    """Let the calling thread compute with `count` threads in here, and then with as many as before."""
    before = torch.get_num_threads()
    use_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@cache
def keep_memory() -> None:
    """Let glibc keep freed blocks of up to 32 MB: else every step gets its activations as new pages, which the kernel must clear."""
    if platform.libc_ver()[0] == "glibc":
        with suppress(OSError, AttributeError):
            mallopt = ctypes.CDLL(None).mallopt
            mallopt(M_MMAP_THRESHOLD, 32 << 20)
            mallopt(M_TRIM_THRESHOLD, 2**31 - 1)


M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # malloc.h


class Plan(NamedTuple):
    """How a step is computed: CPU threads, and the kernel of GRUs (see core.models.gru)."""

    threads: int
    kernel: str


def choose_plan(
    step: Callable[[str], object], kernels: Sequence[str], device: torch.device, *, threads: int = 0, kernel: str = "auto", spare: int = 0
) -> Plan:
    """How to compute on `device`: what was asked for (`threads` other than 0, `kernel` other than "auto"), the rest as `fastest_plan`."""
    if device.type != "cpu":
        return Plan(threads or 1, "torch")
    return fastest_plan(step, kernels if kernel == "auto" else (kernel,), threads=threads, spare=spare)


def fastest_plan(step: Callable[[str], object], kernels: Sequence[str], *, threads: int = 0, spare: int = 0, budget: float = 0.6) -> Plan:
    """With how many threads and which of `kernels` `step(kernel)` runs fastest here and now.

    More than one thread only if at least `GAIN` times faster. `threads` other than 0 is taken as it is. `spare` cores are left to
    others: a page's server that shares every core with the training answers late and slows both. Candidates take turns, so that a
    busy neighbour meets them all, and each is judged by its median time: a neighbour that makes two threads wait for each other is
    exactly what this shall see. Takes about `budget` seconds and a few first steps.
    """
    most = max(1, cores() - spare)
    counts = [threads] if threads else sorted({count for count in (1, 2, 4, most - 1, most) if 1 <= count <= most})
    plans = [Plan(*plan) for plan in product(counts, kernels)]
    if len(plans) == 1:
        return plans[0]
    times: dict[Plan, list[float]] = {plan: [] for plan in plans}
    end = time.perf_counter() + budget
    while time.perf_counter() < end or len(times[plans[0]]) < 3:
        for plan in plans:
            use_threads(plan.threads)
            step(plan.kernel)  # the first step after a change pays for starting threads, or for compiling
            start = time.perf_counter()
            step(plan.kernel)
            times[plan].append(time.perf_counter() - start)
    seconds = {plan: sorted(taken)[len(taken) // 2] for plan, taken in times.items()}
    best = min(plans, key=seconds.__getitem__)
    alone = min((plan for plan in plans if plan.threads == counts[0]), key=seconds.__getitem__)
    return best if seconds[alone] / seconds[best] >= GAIN else alone
