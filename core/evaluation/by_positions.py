"""Results of runs of the Vision Transformer with each kind of positions: only runs that are otherwise equal stand side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.hparams import declared
from core.models.configs import ViTConfig
from core.training.config import RunConfig
from core.training.history import Snapshot
from core.training.set_ups import CHANCE, set_up

KINDS = declared(ViTConfig)["positions"].choices


@dataclass(frozen=True)
class Reached:
    """Result of one finished run: the accuracy of its best epoch (from 0) on `val` validation images, and in the final test."""

    run_id: str
    seed: int
    epoch: int
    val_top1: float
    val: int
    test_top1: float | None
    test: int


@dataclass(frozen=True)
class Setup:
    """Runs that differ alone in their positions, in chance, and in what computes. `config` is flat, that of the first of them."""

    config: Mapping[str, Any]
    kinds: dict[str, list[Reached]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    @property
    def covered(self) -> int:
        """Number of kinds of positions that were trained."""
        return sum(map(bool, self.kinds.values()))

    def train(self, kind: str) -> dict[str, Any]:
        """`model`, `data set` and what differs from the defaults, to train the same with positions of this kind."""
        return RunConfig.of(**{**self.config, "positions": kind}).changed()


def by_positions(runs: Iterable[Snapshot]) -> list[Setup]:
    """The finished ViT runs in groups of equal set-up, those with most kinds of positions first, else in the order of `runs`."""
    setups: dict[tuple, Setup] = {}
    for run in runs:
        if run.config["model"] != "vit" or run.status != "finished" or run.best is None:
            continue
        config = RunConfig.completed(run.config)
        same = tuple(sorted(set_up(config, "positions", *CHANCE).items()))
        setup = setups.setdefault(same, Setup(config))
        setup.kinds[config["positions"]].append(_reached(run, config["seed"]))
    return sorted(setups.values(), key=lambda setup: -setup.covered)


def _reached(run: Snapshot, seed: int) -> Reached:
    best, test = run.best, run.test
    tested = (test.top1, int(test.confusion.sum())) if test else (None, 0)
    return Reached(run.run_id, seed, best.epoch, best.val_top1, int(best.val_confusion.sum()), *tested)
