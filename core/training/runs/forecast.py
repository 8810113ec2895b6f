"""How long a run will take on this machine, from two seconds of its arithmetic, and how good that was when it has ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.training.config import RunConfig
from core.training.history import Snapshot

if TYPE_CHECKING:
    from core.training.runs.speed import Speed


@dataclass(frozen=True)
class Forecast:
    """What a measurement promises of a run."""

    speed: Speed
    epoch_seconds: float  # training and validation
    epochs: int
    images: int  # trained on in an epoch
    classes: tuple[str, ...]
    beside: bool = False  # whether another run trained meanwhile

    @property
    def seconds(self) -> float:
        """Of all epochs."""
        return self.epochs * self.epoch_seconds

    def error(self, run: Snapshot) -> float:
        """By which share of what was said an epoch of `run` took longer (less than 0: it was faster).

        The first epoch, in which everything is done for the first time, counts only if there is no other.
        """
        seconds = [record.seconds for record in run.epochs[1:] or run.epochs]
        return sum(seconds) / len(seconds) / self.epoch_seconds - 1


def forecast(config: RunConfig, home: Path, progress: Callable[[int, int, str], None], *, spare: int = 0, beside: bool = False) -> Forecast:
    """Measure how fast `config` trains here (about two seconds, after the images are loaded); `spare` cores are left to others,
    `beside` says whether a run trains meanwhile.

    Raises what loading the images and building the model raise, and ConfigError when the run would not fit into memory.
    """
    from core.training.loop.objective import EVAL_COST
    from core.training.runs.datasets import load_shared
    from core.training.runs.fitting import check_fits
    from core.training.runs.speed import training_speed

    check_fits(config, home)
    dataset = load_shared(config, home, progress)
    speed = training_speed(config, spare=spare)
    images = max(1, round(config.training.train_fraction * len(dataset.train)))
    seconds = (images + EVAL_COST * len(dataset.val)) / speed.images_per_second
    return Forecast(speed, seconds, config.training.epochs, images, dataset.classes, beside)
