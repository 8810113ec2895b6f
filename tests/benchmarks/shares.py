"""Where an epoch's time goes: what is not learning (evaluation, metrics, checkpoints, augmentation) as shares of it."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from core.metrics import ConfusionMatrix
from core.training.config import RunConfig
from core.training.loop import objective
from core.training.loop.trainer import Trainer
from core.training.runs.keeping import Keeper
from core.training.runs.manager import RunManager
from tests.benchmarks.report import say, table, verdict

PRESETS = ("hand-in", "bar")
MOST = 0.05  # of an epoch, for judging and keeping together, and for augmentation


def shares(options: argparse.Namespace) -> str:
    """The table of shares, one line a preset."""
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for preset in PRESETS:
            say(f"{preset}: two epochs")
            rows.append(measure(preset, options, str(options.home or scratch)))
    head = ["preset", "epoch s", "evaluation", "metrics", "checkpoint", "the three", "need", "augmentation", "need"]
    return "\n".join(
        [
            "### What is not learning",
            "",
            table(head, rows),
            "",
            "Shares of the second epoch of a run in its training thread, seed 0, by a clock around each call. Evaluation: the whole validation",
            "phase. Metrics: counting the training predictions. Checkpoint: weights, optimiser and database at the epoch's end.",
        ]
    )


def measure(preset: str, options: argparse.Namespace, home: str) -> list[str]:
    """One row: the second of two epochs."""
    data: dict[str, Any] = {"dataset": "folder", "data": str(options.data)} if options.data else {"dataset": "shapes"}
    data |= {"train_fraction": 0.1} if options.quick else {}
    manager, spent = RunManager(home), {}
    with clocks(spent):
        run_id = manager.submit(RunConfig.of(preset=preset, epochs=2, **data))
        while manager.snapshot(run_id).active:
            time.sleep(0.1)
    run = manager.snapshot(run_id)
    manager.shutdown()
    if run.status != "finished":
        raise RuntimeError(f"{preset} did not finish: {run.message}")
    kept = spent["checkpoint"][1]
    total = run.epochs[1].seconds + kept  # a checkpoint is made after the epoch's own clock has stopped
    parts = {name: spent.get(name, [0.0, 0.0])[1] / total for name in ("evaluation", "metrics", "checkpoint", "augmentation")}
    three = parts["evaluation"] + parts["metrics"] + parts["checkpoint"]
    return [
        preset, f"{total:.1f}", *(f"{parts[name]:.1%}" for name in ("evaluation", "metrics", "checkpoint")),
        f"{three:.1%}", verdict(three, at_most=MOST), f"{parts['augmentation']:.1%}", verdict(parts["augmentation"], at_most=MOST),
    ]  # fmt: skip


@contextmanager
def clocks(spent: dict[str, list[float]]) -> Iterator[None]:
    """While it lasts, `spent[part][epoch]` grows by the seconds that each part takes."""
    epoch = 0

    def timed(part: str, call: Callable) -> Callable:
        def clocked(*arguments: Any, **keywords: Any) -> Any:
            start = time.perf_counter()
            try:
                return call(*arguments, **keywords)
            finally:
                if not (part == "metrics" and evaluating):
                    spent.setdefault(part, [0.0, 0.0])[min(epoch, 1)] += time.perf_counter() - start

        return clocked

    evaluating = 0

    def evaluate(self: Trainer, *arguments: Any, **keywords: Any) -> Any:
        nonlocal evaluating
        evaluating += 1  # its metrics are part of it
        try:
            return whole(self, *arguments, **keywords)
        finally:
            evaluating -= 1

    def next_epoch(self: Keeper, running: Trainer) -> None:
        nonlocal epoch
        keep(self, running)
        epoch += 1

    whole, keep = timed("evaluation", Trainer.evaluate), timed("checkpoint", Keeper.on_epoch_end)
    with (
        patch.object(Trainer, "evaluate", evaluate),
        patch.object(Keeper, "on_epoch_end", next_epoch),
        patch.object(ConfusionMatrix, "update", timed("metrics", ConfusionMatrix.update)),
        patch.object(objective, "random_crop_flip", timed("augmentation", objective.random_crop_flip)),
    ):
        yield
