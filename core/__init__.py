"""Sequence Lab without its pages: data, models, training and what is measured of them, for scripts and notebooks.

What a script begins with is here, by name:

    from core import MODELS, RunManager, Trainer, build_model, load_dataset

    shapes = load_dataset("shapes")                   # .train, .val, .test; names: DATASETS
    image, label = shapes.test[0]                     # each part is one of torch's data sets: a DataLoader takes it
    model = build_model("gru", num_classes=10)        # a plain nn.Module; names: MODELS
    trainer = Trainer(model, shapes, {"epochs": 3})   # the loop alone: trainer.fit(), trainer.predict(image)

    lab = RunManager()                                # all runs of this computer, those of the pages too
    run = lab.submit({"model": "gru", "epochs": 3})   # trains in a thread, and keeps every epoch
    lab.wait(run), lab.model(run), lab.dataset(run)   # its end, its best weights, its data
    lab.runs_table(), lab.history(run)                # tables of pandas: a row a run, a row an epoch
    class_table(confusion), per_image(lab, run)       # a row a class, a row an image

Hyperparameters are those of the command line: `RunConfig.hyperparameters("gru")` has each with its range and a sentence on what it does.
Epochs count from 0 in arguments, and from 1 in tables, as on the pages. What goes wrong is a `LabError`, which says what to do.
`docs/notebook.py` walks through all of it, cell by cell.

Each name is imported when it is first asked for, so that `import core` alone costs nothing. Nothing here imports Streamlit or Plotly.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.data import DATASETS, load_dataset
    from core.errors import LabError
    from core.metrics import ConfusionMatrix
    from core.models import MODELS, Task, build_model
    from core.tables import class_table, per_image
    from core.training import RunConfig, RunManager, Trainer, TrainingConfig

__all__ = [
    "DATASETS",
    "MODELS",
    "ConfusionMatrix",
    "LabError",
    "RunConfig",
    "RunManager",
    "Task",
    "Trainer",
    "TrainingConfig",
    "build_model",
    "class_table",
    "load_dataset",
    "per_image",
]
PLACES = {
    "data": ("DATASETS", "load_dataset"),
    "errors": ("LabError",),
    "metrics": ("ConfusionMatrix",),
    "models": ("MODELS", "Task", "build_model"),
    "tables": ("class_table", "per_image"),
    "training": ("RunConfig", "RunManager", "Trainer", "TrainingConfig"),
}  # which module has what

# How long OpenMP's threads (torch's) spin after their work before they sleep: long enough for the next operation of a layer, too
# short to keep a core from the scan's threads or the page's server. Read once, when torch is loaded.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")


def __getattr__(name: str) -> Any:
    for module, names in PLACES.items():
        if name in names:
            return getattr(import_module(f"core.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
