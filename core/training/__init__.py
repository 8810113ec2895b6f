"""Training: the loop, the thread, the queue, the database. Torch is loaded when something of it is first used."""

from importlib import import_module
from typing import TYPE_CHECKING

from core.training.config import RunConfig, TrainingConfig
from core.training.presets import PRESETS

if TYPE_CHECKING:
    from core.training.loop.trainer import Callback, StopTraining, Trainer
    from core.training.runs.manager import RunManager

__all__ = ["PRESETS", "Callback", "RunConfig", "RunManager", "StopTraining", "Trainer", "TrainingConfig"]

LATER = {"RunManager": "runs.manager", "Trainer": "loop.trainer", "Callback": "loop.trainer", "StopTraining": "loop.trainer"}  # need torch


def __getattr__(name: str):
    if name in LATER:
        return getattr(import_module(f"core.training.{LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
