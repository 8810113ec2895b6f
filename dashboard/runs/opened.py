"""Runs whose weights are kept, and their models: opened once and shared by all sessions, so that an answer comes at once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import StoreError
from core.models import MODELS
from core.readable import percent
from core.records.recorded import RECORDED, recorded_epochs, recorded_names, recorded_run
from core.training.flat_config import kind_of
from core.training.runs.tensor_file import called
from dashboard.runs.labels import data_label
from dashboard.shell import services
from dashboard.shell.path_keys import as_key, path_of

if TYPE_CHECKING:
    from core.training.runs.checkpoint import OpenedModel, OpenedSeq2Seq

MOST = 16  # models in memory; the one that was opened first goes


@dataclass(frozen=True)
class Weighted:
    """A run whose weights are kept. `best` is its best epoch (from 0) by validation, `val_top1` what that epoch reached."""

    run_id: str
    config: Mapping[str, Any]
    best: int
    val_top1: float
    called: str = ""  # what its owner calls it, for whom that is to be shown

    @property
    def name(self) -> str:
        """What its owner calls it, else its id in short."""
        return self.called or self.run_id.removeprefix(RECORDED)

    @property
    def title(self) -> str:
        """The run in a few words: model, data set, accuracy."""
        model = self.config["model"]
        accuracy = percent(self.val_top1, 0) if math.isfinite(self.val_top1) else "–"
        return f"{MODELS[model].title if model in MODELS else model} on {data_label(self.config)}, {accuracy}"


def weighted_runs(kind: str = "images") -> dict[str, Weighted]:
    """Every run of a kind that keeps weights, by id: this lab's, newest first, then those that came with it."""
    own = (
        Weighted(row.run_id, row.config, row.best_epoch, row.best_val_top1)
        for row in services.manager().runs()
        if row.best_epoch is not None
    )
    recorded = (recorded_run(name) for name in recorded_names() if recorded_epochs(name))
    runs = [*own, *(Weighted(run.run_id, run.config, run.best.epoch, run.best.val_top1) for run in recorded)]
    return {run.run_id: run for run in runs if kind_of(run.config) == kind}


def seq2seq_runs(task: str = "") -> dict[str, Weighted]:
    """Every run of an encoder-decoder that keeps weights (those of one task, if it is named), by id, as `weighted_runs` gives them."""
    return {run_id: run for run_id, run in weighted_runs("sequences").items() if task in ("", run.config["dataset"])}


def open_best(run: Weighted) -> tuple[int, OpenedModel]:
    """The epoch (from 0) and the model of a run's best weights, or of its last ones where those are not kept.

    Raises StoreError when no weights are kept or they cannot be read.
    """
    epoch, path = _best_weights(run)
    return epoch, opened(path)


def open_best_seq2seq(run: Weighted) -> tuple[int, OpenedSeq2Seq]:
    """As `open_best`, for a run of `seq2seq_runs`."""
    epoch, path = _best_weights(run)
    return epoch, opened_seq2seq(path)


def kept_epochs(run: Weighted) -> Mapping[int, Path]:
    """The weights that a run keeps, by epoch (from 0), ascending. Raises StoreError when it keeps none."""
    kept = services.manager().kept_weights(run.run_id)
    if not kept:
        raise StoreError(f"Run {run.run_id} keeps no weights (any more): choose another run, or train it again.")
    return kept


def _best_weights(run: Weighted) -> tuple[int, Path]:
    kept = kept_epochs(run)
    epoch = run.best if run.best in kept else max(kept)
    return epoch, kept[epoch]


def opened(path: Path) -> OpenedModel:
    """The model in a file of weights, from memory unless the file has changed. Raises StoreError when it cannot be read."""
    return _opened(as_key(path), *version(path))


def opened_seq2seq(path: Path) -> OpenedSeq2Seq:
    """The encoder-decoder in a file of weights, with its task; as `opened`."""
    return _opened_seq2seq(as_key(path), *version(path))


def version(path: Path) -> tuple[int, int]:
    """What changes when a file of weights does: when it was written and how large it is. Raises StoreError when it is not there."""
    try:
        now = path.stat()
    except OSError as error:
        raise StoreError(f"The {called(path)} is not there (any more). Choose another epoch.") from error
    return now.st_mtime_ns, now.st_size


@st.cache_resource(max_entries=MOST, show_spinner=False)
def _opened(path: bytes, changed: int, size: int) -> OpenedModel:
    from core.training.runs.checkpoint import open_model

    return open_model(path_of(path))


@st.cache_resource(max_entries=MOST, show_spinner=False)
def _opened_seq2seq(path: bytes, changed: int, size: int) -> OpenedSeq2Seq:
    from core.training.runs.checkpoint import open_seq2seq

    return open_seq2seq(path_of(path))
