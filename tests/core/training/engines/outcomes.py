"""What a run comes to: however it was disturbed meanwhile, each number of it is that of a run that nobody has disturbed."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from core.training.config import RunConfig
from core.training.runs.checkpoint import load_tensors
from core.training.runs.manager import RunManager
from tests.support import SMALL, ended, wait_for


class Outcome(NamedTuple):
    """The last weights, the points of the curve and the test of a finished run."""

    weights: dict[str, Tensor]
    points: tuple[tuple[float, ...], ...]
    test_loss: float

    def same(self, other: Outcome) -> bool:
        """Whether not one number differs."""
        equal = all(torch.equal(value, other.weights[name]) for name, value in self.weights.items())
        return equal and self[1:] == other[1:] and self.weights.keys() == other.weights.keys()


def config(epochs: int) -> RunConfig:
    """A run with all that is drawn at random."""
    return RunConfig.of(**{**SMALL, "epochs": epochs, "dropout": 0.2, "augment": True})


def outcome(manager: RunManager, run: str) -> Outcome:
    """Wait for the end of a run; fails the test unless it is finished and has every epoch once."""
    done = wait_for(manager, run, ended)
    assert done.status == "finished", done.message
    assert [record.epoch for record in done.epochs] == list(range(done.total_epochs))
    return Outcome(load_tensors(manager.weights(run, done.total_epochs - 1))[0], done.points, done.test.loss)


def undisturbed(home: Path, epochs: int) -> Outcome:
    """What such a run comes to when nobody disturbs it, trained in a thread of this process."""
    manager = RunManager(home, engine="thread")
    found = outcome(manager, manager.submit(config(epochs)))
    manager.shutdown()
    return found
