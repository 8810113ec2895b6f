"""A run's trainer before its first step: the facts that are known then, and the state that the last complete epoch has left."""

from __future__ import annotations

import platform
from typing import Any

import torch

from core.data.splits import Split
from core.data.statistics import class_balance
from core.errors import StoreError
from core.training.history import Snapshot
from core.training.loop.device import Plan, device_name
from core.training.loop.objective import known_samples
from core.training.loop.trainer import Trainer
from core.training.runs.checkpoint import RunFiles, load_optimizer, load_tensors
from core.training.runs.datasets import drawn_stamp
from core.training.runs.store import Store
from core.training.runs.stored import RunFacts


def facts_of(trainer: Trainer, plan: Plan) -> RunFacts:
    """What is known of a run before its first step."""
    dataset = trainer.dataset
    return RunFacts(
        classes=tuple(dataset.classes),
        sizes={"train": len(trainer.train_split), "val": len(dataset.val), "test": len(dataset.test)},
        steps_per_epoch=trainer.steps_per_epoch,
        parameters=sum(p.numel() for p in trainer.model.parameters()),
        device=device_name(trainer.device),
        versions={"python": platform.python_version(), "torch": str(torch.__version__)},
        left_out=_left_out(trainer),
        drawn=drawn_stamp(dataset),
        **plan._asdict(),
        **known_samples(dataset),
    )


def _left_out(trainer: Trainer) -> dict[str, Any]:
    """What of the images is left out, by the folder and by the share that is trained on, for the run's record."""
    dataset, split = trainer.dataset, trainer.train_split
    left_out = dataset.left_out
    if isinstance(split, Split) and len(split) < len(dataset.train):
        balance = class_balance(split.labels, len(dataset.classes))
        left_out = left_out.noting(f"training (train_fraction {trainer.config.train_fraction:g})", dataset.classes, balance)
    return left_out.plain()


def restore(trainer: Trainer, before: Snapshot, files: RunFiles, store: Store) -> None:
    """Put the trainer where the last complete epoch of `before` left it. Raises StoreError when epochs were lost.

    Done again, after a BusyError, it does the same.
    """
    last = before.epochs[-1].epoch
    if last != len(before.epochs) - 1:
        raise StoreError("Some epochs of this run were lost with a damaged database, so it cannot go on: start a new run.")
    files.look_again()  # the run may have trained on another machine until now
    kept = load_tensors(files.epoch(last))[0]
    trainer.model.load_state_dict(load_optimizer(files.optimizer(last), trainer.optimizer) or kept)
    if trainer.average:
        trainer.average.weights = {name: value.to(trainer.device) for name, value in kept.items()}
    best = load_tensors(files.epoch(before.best.epoch))[0]
    trainer.resume(epochs=before.epochs, curve=store.curve(before.run_id), lr_changes=before.lr_changes, best_weights=best)
