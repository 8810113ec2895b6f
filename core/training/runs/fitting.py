"""Whether a run fits into the memory that is free, said before anything of it is made; and if not, what would fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from core import memory
from core.training.config import RunConfig
from core.training.loop.device import choose_device
from core.training.runs.datasets import in_memory
from core.training.runs.footprint import BASE, Footprint, footprint, forward_pass
from core.training.runs.smaller import remedy


def check_fits(config: RunConfig, home: Path, *, what: str = "This run") -> None:
    """Raises ConfigError when a run of `config` would not fit even if it were alone here, with its size and a change that would help."""
    found, device = footprint(config, loaded=in_memory(config, home) is not None), choose_device(config.training.device)
    _check_device(config, found, device, what)
    memory.check(_on_computer(found, device), memory.capacity(), what, _remedy(config, found.data))


@contextmanager
def room_for(config: RunConfig, *, classes: int = 10, what: str = "This run") -> Iterator[None]:
    """While it lasts, what a run of `config` takes beyond its data is promised to it. Raises ConfigError when it does not fit now."""
    found, device = footprint(config, classes=classes, loaded=True), choose_device(config.training.device)
    _check_device(config, found, device, what)
    with memory.claim(_on_computer(found, device), what, _remedy(config, found.data, classes)):
        yield


def check_reads(flat: Mapping[str, Any], count: int, *, classes: int = 10, what: str = "This look into the run") -> None:
    """Raises ConfigError when there is no memory for the model of a run with this flat config to read `count` images (or pairs) at a time.

    For what looks at runs that are trained: theirs may be larger than what is free now.
    """
    config = RunConfig.of(**flat)
    need = forward_pass(config.model, config.model_config, config.dataset, count, classes)
    memory.require(need, what, "choose a run of a smaller model, or one with larger patches")


def free_on(device: torch.device) -> int | None:
    """Bytes that are free on a device, those that torch holds without need among them; None where that is not known."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0] + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    if device.type == "mps":
        return torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory()
    return None


def _remedy(config: RunConfig, data: int, classes: int = 10) -> Callable[[int], str]:
    """Looked for when it is said, not before: it takes a second."""
    return lambda free: remedy(config, lambda other: footprint(other, classes=classes, loaded=True).peak + data <= free)


def _on_computer(found: Footprint, device: torch.device) -> int:
    """The bytes that a run takes of the computer's memory: beside a GPU those of its data and of what is written."""
    return found.total if device.type == "cpu" else BASE + found.data + found.writing


def _check_device(config: RunConfig, found: Footprint, device: torch.device, what: str) -> None:
    free = free_on(device)
    if free is not None:
        memory.check(found.total, free, f"{what} on the {device.type} device", _remedy(config, found.data))
