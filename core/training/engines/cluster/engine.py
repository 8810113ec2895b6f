"""The engine of a server whose runs train on a cluster."""

from __future__ import annotations

import itertools
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

import core
from core.errors import ConfigError, StoreError
from core.files import PROCESS
from core.home import home_id
from core.training.engines.cluster.actors import Kinds
from core.training.engines.cluster.reaching import AT_ONCE, ActorHost
from core.training.engines.cluster.settings import ADDRESS, LOCAL, Share, ray_address
from core.training.engines.desk_engine import DeskEngine
from core.training.history import Snapshot
from core.training.runs.store import Store

ROOT = Path(core.__file__).resolve().parents[1]
SPACE = "sequence-lab"  # of the names of actors
DESK_DIED = "The lab's desk on the Ray cluster ended unexpectedly"
TRIES, PAUSE = 20, 0.5  # to reach a desk while an earlier one leaves, and seconds between two of them
KINDS = Kinds()

log = logging.getLogger(__name__)
_connecting = threading.Lock()
_servers = itertools.count(1)  # of this process, one for each time that an engine reaches a desk


class RayEngine(DeskEngine):
    """Trains on the cluster at LAB_RAY_ADDRESS, or on one that is started on this machine for as long as this process lives.

    `max_active`: as many runs as the cluster has room for, unless given. `budget`: as `ThreadEngine` says. `spare_cores` say nothing
    here: LAB_CPUS does.
    """

    def __init__(
        self,
        store: Store,
        *,
        on_end: Callable[[Snapshot], object] = lambda snapshot: None,
        max_active: int | None = None,
        budget: int | None = None,
        spare_cores: int = 0,
    ) -> None:
        super().__init__(store, on_end=on_end)
        self._settings = {"home": str(store.home), "max_active": max_active, "budget": budget}

    def _reach(self) -> ActorHost:
        connect()
        settings = {**self._settings, "share": Share.as_set(_gpus()), "kinds": KINDS, "environment": _environment()}
        actor = _the_desk(f"desk {home_id(self.store.home)}", settings)
        return ActorHost(actor, self._hear, server=f"{PROCESS} {next(_servers)}", ending=DESK_DIED, belongs=False)


def _the_desk(name: str, settings: dict[str, Any]) -> Any:
    """The actor of that name, made if there is none, and if it is just about to leave, made again."""
    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)  # it shall not go with another machine
    one = {"name": name, "namespace": SPACE, "lifetime": "detached", "get_if_exists": True, "scheduling_strategy": here}
    more = {"num_cpus": 0, "max_concurrency": 4 * AT_ONCE, "runtime_env": settings["environment"]}
    for _ in range(TRIES):
        try:
            actor = ray.remote(settings["kinds"].desk).options(**one, **more).remote(settings)
            ray.get(actor.__ray_ready__.remote())
            return actor
        except (RayError, ValueError):
            log.warning("The desk is not there (any more)", exc_info=True)
            time.sleep(PAUSE)
    raise StoreError("The lab's desk could not be started on the Ray cluster. Details are in the log of the lab.")


def connect() -> None:
    """Connect this process to the cluster, once. Raises ConfigError when it does not answer."""
    with _connecting:
        if ray.is_initialized():
            return
        address = ray_address()
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            more = {"include_dashboard": False} if address == LOCAL else {}
            ray.init(address, namespace=SPACE, log_to_driver=False, logging_level=logging.ERROR, **more)
        except (ConnectionError, RuntimeError, ValueError) as error:
            log.exception("Ray could not be reached")
            raise ConfigError(
                f"No Ray cluster could be reached at {ADDRESS} = {address!r}: start one (ray start --head), correct the address, or set "
                "RAY_AUTH_MODE=token for one that asks for its token."
            ) from error


def _environment() -> dict[str, Any]:
    """What actors run in: the lab of this process, with its settings."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    settings = {name: value for name, value in os.environ.items() if name.startswith("LAB_")}
    return {"env_vars": {**settings, "PYTHONPATH": path}}


def _gpus() -> float:
    return ray.cluster_resources().get("GPU", 0.0)
