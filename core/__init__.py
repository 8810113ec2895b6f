"""Headless core of Sequence Lab: data, models, metrics and training. Imports neither Streamlit nor Plotly.

What a script begins with is here: `from core import MODELS, RunManager, Trainer, build_model, load_dataset`. Each is imported when it is
first asked for, so `import core` alone costs nothing.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.data import DATASETS, load_dataset
    from core.models import MODELS, Task, build_model
    from core.training import RunConfig, RunManager, Trainer, TrainingConfig

__all__ = [
    "DATASETS", "MODELS", "RunConfig", "RunManager", "Task", "Trainer", "TrainingConfig", "build_model", "load_dataset",
]  # fmt: skip
PLACES = {"DATASETS": "data", "load_dataset": "data", "MODELS": "models", "Task": "models", "build_model": "models"}  # others: training

# How long OpenMP's threads (torch's) spin after their work before they sleep: long enough for the next operation of a layer, too
# short to keep a core from the scan's threads or the page's server. Read once, when torch is loaded.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module(f"core.{PLACES.get(name, 'training')}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
