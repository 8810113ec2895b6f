"""The runs of a lab as a table of pandas, a row a run: to be sorted, grouped and plotted in a notebook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from core.frames import pandas, typed
from core.models import MODELS
from core.training.config import RunConfig
from core.training.history import RunSummary

if TYPE_CHECKING:
    from pandas import DataFrame

KINDS = {bool: "boolean", int: "Int64", float: "float64", str: "string"}  # of a hyperparameter, which runs of some models lack
REACHED = {
    "run": "string",
    "status": "string",
    "model": "string",
    "dataset": "string",
    "epochs_done": "int64",
    "best_epoch": "Int64",
    "best_val_top1": "float64",
    "best_val_exact": "float64",
    "test_top1": "float64",
    "started": "datetime64[ns, UTC]",
    "message": "string",
}


def runs_table(runs: Iterable[RunSummary]) -> DataFrame:
    """A row a run, in their order: what it reached, then every hyperparameter that one of the runs has, each of its kind.

    `best_epoch` counts from 1, as on the pages; accuracies are shares of 1 (`best_val_exact` of whole sequences), NaN where there is none;
    `started` is in UTC. A hyperparameter that a run's model does not have is NA, or NaN.
    """
    runs = list(runs)
    return typed([{**_reached(run), **run.config} for run in runs], {**REACHED, **_hyperparameters(runs)})


def _reached(run: RunSummary) -> dict[str, Any]:
    best = None if run.best_epoch is None else run.best_epoch + 1
    started = pandas().to_datetime(run.created, unit="s", utc=True)
    return {
        "run": run.run_id,
        "status": run.status,
        "epochs_done": run.epochs_done,
        "best_epoch": best,
        "best_val_top1": run.best_val_top1,
        "best_val_exact": run.best_val_exact,
        "test_top1": run.test_top1,
        "started": started,
        "message": run.message,
    }


def _hyperparameters(runs: Iterable[RunSummary]) -> dict[str, str]:
    """The type of each hyperparameter by name; "object" for one that the lab does not know (any more), or that once was of another
    kind."""
    known = {name: h for model in MODELS for name, h in RunConfig.hyperparameters(model).items()}
    values: dict[str, list[Any]] = {}
    for run in runs:
        for name, value in run.config.items():
            values.setdefault(name, []).append(value)
    fits = {name: name in known and all(map(known[name].is_kind, column)) for name, column in values.items()}
    return {name: KINDS[known[name].kind] if fit else "object" for name, fit in fits.items() if name not in REACHED}
