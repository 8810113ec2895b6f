"""The engines by their names, and the one that is asked for: by `RunManager(engine=...)`, else by LAB_ENGINE."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from core.errors import unknown

if TYPE_CHECKING:
    from core.training.engines.contract import Engine
    from core.training.history import Snapshot
    from core.training.runs.store import Store

SETTING = "LAB_ENGINE"
ENGINES = {
    "thread": "core.training.engines.threads:ThreadEngine",
    "process": "core.training.engines.process:ProcessEngine",
    "ray": "core.training.engines.cluster.engine:RayEngine",
}
SHARED = ("ray",)  # with which several servers may serve one lab
READS = "core.training.engines.reading:ReadingEngine"  # of a second server in one home


def engine_name(name: str = "", otherwise: str = "thread") -> str:
    """The name of the engine that is asked for, `otherwise` where nobody asks. Raises ConfigError when there is none of that name."""
    wanted = name or os.environ.get(SETTING, "").strip() or otherwise
    if wanted not in ENGINES:
        raise unknown("engine", wanted, ENGINES)
    return wanted


def check_engine() -> None:
    """Raise ConfigError when LAB_ENGINE names no engine, or one that cannot be reached as it is set."""
    if engine_name() == "ray":
        from core.training.engines.cluster.settings import check_cluster

        check_cluster()
        from core.training.engines.cluster.engine import connect  # Ray

        connect()


def make_engine(name: str, store: Store, *, on_end: Callable[[Snapshot], object], **settings: Any) -> Engine:
    """The engine of that name (see `engine_name`) for the runs of `store`'s home, and for "none" one that only reads.

    `settings` are those of `ThreadEngine`.
    """
    module, _, kind = (READS if name == "none" else ENGINES[engine_name(name)]).partition(":")
    return getattr(import_module(module), kind)(store, on_end=on_end, **settings)
