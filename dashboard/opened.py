"""Runs whose weights are kept, and their models: opened once and shared by all sessions, so that an answer comes at once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import StoreError
from core.evaluation.judged import RECORDED, weights_of
from core.models import MODELS
from core.recorded import recorded_epochs, recorded_names, recorded_run
from dashboard import services
from dashboard.charts import data_label

if TYPE_CHECKING:
    from core.training.checkpoint import OpenedModel

MOST = 16  # models in memory; the one that was opened first goes


@dataclass(frozen=True)
class Weighted:
    """A run whose weights are kept. `best` is its best epoch (from 0) by validation, `val_top1` what that epoch reached."""

    run_id: str
    config: Mapping[str, Any]
    best: int
    val_top1: float

    @property
    def name(self) -> str:
        """Its id in short."""
        return self.run_id.removeprefix(RECORDED)

    @property
    def title(self) -> str:
        """The run in a few words: model, data set, accuracy."""
        model = self.config["model"]
        told = f"{self.val_top1:.0%}" if math.isfinite(self.val_top1) else "–"
        return f"{MODELS[model].title if model in MODELS else model} on {data_label(self.config)}, {told}"


def weighted_runs() -> dict[str, Weighted]:
    """Every run that keeps weights, by id: this lab's, newest first, then those that came with it."""
    own = (
        Weighted(row.run_id, row.config, row.best_epoch, row.best_val_top1)
        for row in services.manager().runs()
        if row.best_epoch is not None
    )
    recorded = (recorded_run(name) for name in recorded_names() if recorded_epochs(name))
    found = [*own, *(Weighted(run.run_id, run.config, run.best.epoch, run.best.val_top1) for run in recorded)]
    return {run.run_id: run for run in found}


def open_best(run: Weighted) -> tuple[int, OpenedModel]:
    """The epoch (from 0) and the model of a run's best weights, or of its last ones where those are not kept.

    Raises StoreError when no weights are kept or they cannot be read.
    """
    kept = weights_of(services.manager(), run.run_id)
    if not kept:
        raise StoreError(f"Run {run.run_id} keeps no weights: choose another run, or train it again.")
    epoch = run.best if run.best in kept else max(kept)
    return epoch, opened(kept[epoch])


def opened(path: Path) -> OpenedModel:
    """The model in a file of weights, from memory unless the file has changed. Raises StoreError when it cannot be read."""
    try:
        now = path.stat()
    except OSError as error:
        raise StoreError(f"The checkpoint {path.name} is not there (any more). Choose another epoch.") from error
    return _opened(str(path), now.st_mtime_ns, now.st_size)


@st.cache_resource(max_entries=MOST, show_spinner=False)
def _opened(path: str, changed: int, size: int) -> OpenedModel:
    from core.training.checkpoint import open_model

    return open_model(Path(path))
