"""Every run as a line of JSON for the board in the browser (`pages/compare/board`), made once for everybody. No torch."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import accumulate
from typing import Any

import numpy as np

from core.evaluation.pairs import best_interval
from core.files import write_whole
from core.models import MODELS
from core.records.published import PUBLISHED_ID
from core.records.recorded import recorded_names
from core.text import bare, taken
from core.training.history import EpochRecord, Snapshot
from dashboard.runs.labels import data_label
from dashboard.runs.losses import drawn_loss, shows_minimised
from dashboard.shell import services
from dashboard.shell.words import STATUS_WORDS

POINTS = 200  # of a training curve: as many as a figure of some hundred runs can show
EPOCHS = 200
DIGITS = 4  # significant ones
FORMAT = 4  # of a line: one that was kept in another is made anew


def board_runs() -> list[tuple[str, str]]:
    """All runs, this lab's newest first: (id, version), where the version changes with every epoch and every status."""
    own = [(row.run_id, f"{row.status}-{row.epochs_done}") for row in services.manager().runs()]
    return own + [(f"recorded-{name}", "") for name in recorded_names()] + [(PUBLISHED_ID, "")]


@lru_cache(maxsize=2000)
def run_line(run_id: str, version: str) -> bytes:
    """One run as a line of JSON (`run_data`), read once for each `version` of it, whoever looks, or nobody yet (`read_ahead`).

    That of an ended run of this lab is kept beside its weights: the next server need not read its whole curve again.
    """
    kept = services.manager().home / "runs" / run_id / f"board-{FORMAT}-{version}.json"
    if version:
        with suppress(OSError):
            return kept.read_bytes()
    run = services.run(run_id)
    line = json.dumps(run_data(run), separators=(",", ":")).encode()
    if version and not run.active and kept.parent.is_dir():
        with suppress(OSError):  # a full disk, or the run was deleted: it is read again
            write_whole(kept, line)
    return line


def read_ahead() -> None:
    """Read all runs before somebody asks for the board: some hundred take a second or two."""
    for run_id, version in board_runs():
        run_line(run_id, version)


def run_data(run: Snapshot) -> dict[str, Any]:
    """What the board knows of a run: accuracies are shares of 1 of its `n` validation images, None is what is not known.

    Of a run on `sequences`, "accuracy" counts whole sequences, `curve` and `rows` their tokens. `curve`: means over `size` points of the
    training curve, each of `stride` steps. `rows`: a row an epoch, [epoch from 1, step, seconds since the start, training loss and
    accuracy, validation loss and accuracy]. The training loss is that without label smoothing; where only the smoothed one is known,
    `minimised` is true.
    """
    best, model, minimised = best_interval(run), run.config["model"], shows_minimised(run)
    seconds = [*accumulate(record.seconds for record in run.epochs)]
    return {
        "id": run.run_id,
        "kind": ("published" if run.run_id == PUBLISHED_ID else "recorded") if run.recorded else "own",
        "model": MODELS[model].title if model in MODELS else taken(model),
        "data": data_label(run.config),
        "sequences": run.kind == "sequences",
        "status": run.run_id.partition("-")[0] if run.recorded else STATUS_WORDS[run.status],
        "epochs": len(run.epochs),
        "total": run.total_epochs,
        "n": best.n if best else None,
        "accuracy": best.value if best else None,
        "low": best.low if best else None,
        "high": best.high if best else None,
        "best_epoch": run.best.epoch + 1 if run.best else None,
        "test": run.test.top1 if run.test else None,
        "parameters": run.parameters or None,
        "seconds": _number(seconds[-1]) if seconds else None,
        "steps_per_epoch": run.steps_per_epoch,
        "config": {name: bare(value) if name == "data" else value for name, value in run.config.items()},
        "minimised": minimised,
        "curve": thinned(run),
        "rows": [
            [record.epoch + 1, record.step, *map(_number, (since, drawn_loss(record, minimised), *_measured(record)))]
            for record, since in _some(run, seconds)
        ],
    }


def _measured(record: EpochRecord) -> tuple[float, float, float]:
    return record.train_top1, record.val_loss, record.val_top1


def thinned(run: Snapshot, most: int = POINTS) -> dict[str, Any]:
    """The training curve in at most `most` points, each the mean over `size` neighbours (the last over what is left)."""
    n = len(run.points)
    size = max(1, math.ceil(n / most))
    if not n:
        return {"n": 0, "size": 1, "stride": run.stride, "loss": [], "top1": []}
    starts = np.arange(0, n, size)
    counts = np.diff(starts, append=n)[:, None]
    means = np.add.reduceat(np.array(run.points, dtype=np.float64), starts) / counts  # (N, 3 or 4) -> (N / size, 3 or 4)
    loss, top1, _, *unsmoothed = means.T
    loss = [loss, *unsmoothed][-1]
    return {"n": n, "size": size, "stride": run.stride, "loss": [*map(_number, loss)], "top1": [*map(_number, top1)]}


def _some(run: Snapshot, seconds: Sequence[float]) -> list[tuple[Any, float]]:
    """At most about `EPOCHS` epochs, evenly, and the best and the last of them; each with its seconds since the start."""
    rows = [*zip(run.epochs, seconds, strict=True)]
    every = math.ceil(len(rows) / EPOCHS) or 1
    return [row for i, row in enumerate(rows) if i % every == 0 or row[0] is run.best or i == len(rows) - 1]


def _number(value: float) -> float | None:
    """`value` to a few significant digits; None for what JSON cannot say."""
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
