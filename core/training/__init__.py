"""Training: the loop, the thread, the queue, the database. Torch is loaded when something of it is first used."""

from importlib import import_module
from typing import TYPE_CHECKING

from core.training.config import RunConfig, TrainingConfig
from core.training.presets import PRESETS

if TYPE_CHECKING:
    from core.training.manager import RunManager
    from core.training.trainer import Trainer

__all__ = ["PRESETS", "RunConfig", "RunManager", "Trainer", "TrainingConfig"]


def __getattr__(name: str):
    if name in ("Trainer", "RunManager"):
        return getattr(import_module(f"core.training.{'trainer' if name == 'Trainer' else 'manager'}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
