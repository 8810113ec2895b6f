"""What an instructor sets for the engine on a Ray cluster, checked before anything is started. No Ray."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from core.errors import ConfigError
from core.home import number_setting

ADDRESS = "LAB_RAY_ADDRESS"
SECONDS = 5.0  # that an answer at the address is waited for
LOCAL = "local"  # a cluster of this machine alone, started by the lab


@dataclass(frozen=True)
class Share:
    """What one run has of a machine: `cpus` cores and `gpu` of a GPU (0: none)."""

    cpus: float
    gpu: float

    @classmethod
    def as_set(cls, gpus: float = 0.0) -> Share:
        """By LAB_CPUS (1 unless set) and LAB_GPU_SHARE (unless set a whole one where the cluster has GPUs). Raises ConfigError."""
        cpus = number_setting("LAB_CPUS", 1)
        if not cpus:
            raise ConfigError("The setting LAB_CPUS = 0 leaves a run no core to train on: set 1 or more, or a part such as 0.5.")
        if not os.environ.get("LAB_GPU_SHARE"):
            return cls(cpus, 1.0 if gpus else 0.0)
        gpu = number_setting("LAB_GPU_SHARE", 1)
        if not 0 < gpu <= 1:
            raise ConfigError(
                f"The setting LAB_GPU_SHARE = {os.environ['LAB_GPU_SHARE']!r} is no share of one GPU: set a number above 0 and up to 1, "
                "such as 0.25 for four runs on each."
            )
        return cls(cpus, gpu)

    @property
    def options(self) -> dict[str, Any]:
        """As Ray calls it."""
        return {"num_cpus": self.cpus, "num_gpus": self.gpu}

    def fit(self, resources: dict[str, float]) -> int:
        """How many runs find room on a machine with these resources at the same time."""
        fits = [resources.get("CPU", 0.0) / self.cpus] + ([resources.get("GPU", 0.0) / self.gpu] if self.gpu else [])
        return int(min(fits) + 1e-9)

    def room(self, nodes: Iterable[dict[str, Any]]) -> int:
        """How many runs find room on these machines, as `ray.nodes()` lists them."""
        return sum(self.fit(node["Resources"]) for node in nodes if node["Alive"])


def ray_address() -> str:
    """Where the cluster is: LAB_RAY_ADDRESS, unless set one of this machine alone."""
    return os.environ.get(ADDRESS, "").strip() or LOCAL


def check_cluster() -> None:
    """Raise ConfigError when a setting is wrong, nothing answers at the address, or Ray is not installed."""
    Share.as_set()
    if find_spec("ray") is None:
        raise ConfigError("LAB_ENGINE=ray needs Ray, which is not installed: pip install -r requirements-cluster.txt")
    if (address := ray_address()) in (LOCAL, "auto"):
        return
    machine, _, port = address.rpartition(":")
    try:
        socket.create_connection((machine, int(port)), timeout=SECONDS).close()
    except (OSError, ValueError, OverflowError) as error:
        raise ConfigError(
            f"No Ray cluster answers at {ADDRESS} = {address!r}: start one there (ray start --head), or write its address as machine:6379."
        ) from error
