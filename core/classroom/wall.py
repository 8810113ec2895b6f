"""The wall of a class: every run as a point, a small curve, and what it does otherwise than the others. Pure, and without ids of people."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from core.hparams import Hyperparameter
from core.models import MODELS
from core.text import taken
from core.training.config import RunConfig
from core.training.measured import Measured

COMMAND_LINE = "command line"  # whose a run is that nobody started on a page
OF_THE_MACHINE = frozenset({"device", "threads", "kernel", "compile", "precision"})  # what a run computes with decides nothing it learns


@dataclass(frozen=True)
class WallRun:
    """A run as the wall gets it. `owner` is the person's id: it goes into no row. `data` is what its data set is called."""

    run_id: str
    owner: str
    status: str
    data: str
    config: Mapping[str, Any]
    measured: Measured


def wall_rows(runs: Sequence[WallRun], called: Callable[[str], str]) -> list[dict[str, Any]]:
    """A row for each run, in their order. `called` says what everybody may call a person; "" where there is no such name.

    A row is plain: `run` its id, `whose` run it is, `title` (whose, and which of several; else the id), `model`, `data`, `status`, `total`
    epochs, `settings` (the basic hyperparameters and those in which the runs differ, by name), and all of `Measured`.
    """
    names = {*basic_hyperparameters(), *varied([run.config for run in runs])}
    counts, seen, rows = Counter(run.owner for run in runs), Counter(), []
    for run in runs:
        seen[run.owner] += 1
        whose = called(run.owner) if run.owner else COMMAND_LINE
        several = f" {seen[run.owner]}" if counts[run.owner] > 1 else ""
        model = run.config.get("model")
        rows.append(
            {
                "run": run.run_id,
                "whose": whose,
                "title": f"{whose}{several}" if whose else run.run_id,
                "model": taken(model),
                "data": run.data,
                "status": run.status,
                "total": run.config.get("epochs"),
                "settings": {name: _setting(run.config[name]) for name in known_hyperparameters() if name in names & run.config.keys()},
                **vars(run.measured),
            }
        )
    return rows


def varied(configs: Iterable[Mapping[str, Any]]) -> list[str]:
    """The hyperparameters that have more than one value among the flat configs that have them, the basic ones first.

    Folders are left out, for nobody may learn a path, and so is what says only with what a run computes.
    """
    values: dict[str, set[Any]] = {}
    for config in configs:
        for name in config.keys() & known_hyperparameters().keys():
            values.setdefault(name, set()).add(_setting(config[name]))
    return [name for name in known_hyperparameters() if len(values.get(name, ())) > 1]


@cache
def known_hyperparameters() -> dict[str, Hyperparameter]:
    """All hyperparameters that runs can differ in, by name, the basic ones first."""
    found: dict[str, Hyperparameter] = {}
    for model in MODELS:
        for name, h in RunConfig.hyperparameters(model).items():
            if not h.path and name not in OF_THE_MACHINE:
                found.setdefault(name, h)
    return dict(sorted(found.items(), key=lambda item: not item[1].basic))


def basic_hyperparameters() -> list[str]:
    """The names of those that every form shows first."""
    return [name for name, h in known_hyperparameters().items() if h.basic]


def _setting(value: Any) -> float | int | str | None:
    """A hyperparameter's value: a number, or a word for a category. What else was kept of a run is a word, too."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return value if math.isfinite(value) else None
    return None if value is None else taken(value)


def main_data(rows: Iterable[Mapping[str, Any]]) -> str:
    """The data set that most rows are on: accuracies on two data sets answer different questions. "" where there is no row."""
    return max(counts := Counter(row["data"] for row in rows), key=counts.get, default="")


def best_row(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The row with the highest validation accuracy on the main data set, the first of equals; None where there is none yet."""
    data = main_data(rows)
    compared = [row for row in rows if row["accuracy"] is not None and row["data"] == data]
    return max(compared, key=lambda row: row["accuracy"], default=None)


def best_by_time(rows: Sequence[Mapping[str, Any]]) -> list[tuple[float, float]]:
    """What the best run of the main data set has reached within so many seconds of its own training: (seconds, accuracy) wherever that
    rises, both ascending."""
    data, best, steps = main_data(rows), -math.inf, []
    reached = [(seconds, accuracy) for row in rows if row["data"] == data for _, accuracy, seconds in row["curve"]]
    for seconds, accuracy in sorted((s, a) for s, a in reached if s is not None and a is not None):
        if accuracy > best:
            best = accuracy
            if steps and steps[-1][0] == seconds:
                steps.pop()
            steps.append((seconds, accuracy))
    return steps
