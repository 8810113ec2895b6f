"""Published results: the recorded runs of a preset, with mean and spread over seeds. Nothing is copied by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import mean, stdev
from typing import Any

from core.records.recorded import recorded_names, recorded_run
from core.training.config import RunConfig
from core.training.history import Snapshot
from core.training.presets import CONTROL, ROAD, Rung
from core.training.set_ups import CHANCE
from core.training.set_ups import set_up as without

BAR_TOP1 = 0.8  # validation accuracy that the unit asks of a GRU-based classifier
UNTIMED = (CONTROL.preset,)  # its run was paused while others used the machine: its seconds say nothing
TOLERANCE = 1e-9  # between two counts of the same accuracy


@dataclass(frozen=True)
class Result:
    """What the runs of one set-up reached, each with the weights of its best epoch."""

    runs: tuple[Snapshot, ...]

    @property
    def val_top1(self) -> list[float]:
        """Best validation accuracy of each run."""
        return [run.best.val_top1 for run in self.runs]

    @property
    def test_top1(self) -> list[float]:
        """Test accuracy of each run, looked at once, at its end."""
        return [run.test.top1 for run in self.runs]

    @property
    def seconds(self) -> float:
        """Mean time of a run, of those with the most threads: all epochs, training and validation."""
        return mean(sum(epoch.seconds for epoch in run.epochs) for run in self.runs if run.threads == self.threads)

    @property
    def parameters(self) -> int:
        """Weights of the model."""
        return self.runs[0].parameters

    @property
    def threads(self) -> int:
        """The largest number of CPU threads that one of the runs used."""
        return max(run.threads for run in self.runs)

    @property
    def flops(self) -> int:
        """Floating-point operations of one image, forward and backward."""
        return self.runs[0].flops

    @property
    def share(self) -> float:
        """The part of the machine's limit (a large matrix product with as many threads) that the training phase reached."""
        return mean(run.flops * mean(e.images_per_second for e in run.epochs) / run.peak for run in self.runs)


def spread(values: Sequence[float]) -> float | None:
    """Standard deviation over seeds (n - 1); None for a single one."""
    return stdev(values) if len(values) > 1 else None


def set_up(config: Mapping[str, Any]) -> dict[str, Any]:
    """What of a run's flat config makes two runs the same experiment, wherever the images lie; of an older run, new hyperparameters have
    their defaults."""
    return without(RunConfig.of(**config).flat(), *CHANCE, "dataset", "data")


def same_images(run: Snapshot, classes: Sequence[str], images: int) -> bool:
    """Whether `run` learned these classes from about so many images: CIFAR-10 may come by name or lie in a folder."""
    return run.classes == tuple(classes) and 0.8 < run.sizes["train"] / images < 1.25


def nearest(config: RunConfig, classes: Sequence[str], images: int) -> tuple[Snapshot, tuple[str, ...]] | None:
    """The recorded run of the same model on the same images whose set-up is most like `config`, and in what it differs.

    None if no recorded run has these images and this model.
    """
    ours, found = set_up(config.flat()), []
    for run in (recorded_run(name) for name in recorded_names()):
        if run.config["model"] == config.model and same_images(run, classes, images):
            theirs = set_up(run.config)
            found.append((run, tuple(name for name in ours if ours[name] != theirs[name])))
    return min(found, key=lambda pair: len(pair[1]), default=None)


@cache
def preset_set_up(preset: str) -> dict[str, Any]:
    """`set_up` of a preset."""
    return set_up(RunConfig.of(preset=preset).flat())


@cache
def result(preset: str) -> Result | None:
    """The recorded runs of a preset, by seed; None if there are none."""
    runs = [recorded_run(name) for name in recorded_names()]
    found = [run for run in runs if set_up(run.config) == preset_set_up(preset)]
    return Result(tuple(sorted(found, key=lambda run: run.config["seed"]))) if found else None


@dataclass(frozen=True)
class Proof:
    """Whether the runs of a preset pass a bar: the least of their validation accuracies, counted anew from the confusion matrices."""

    least: float
    need: float
    runs: int
    images: int  # validation images
    recount: float  # largest difference between the accuracy that a run reported and the one counted here

    @property
    def passed(self) -> bool:
        return self.least > self.need and self.recount < TOLERANCE


def proof(found: Result, need: float = BAR_TOP1) -> Proof:
    """`Proof` that every run of `found` has a validation accuracy over `need`."""
    matrices = [run.best.val_confusion for run in found.runs]
    counted = [int(matrix.trace()) / int(matrix.sum()) for matrix in matrices]
    recount = max(abs(one - other) for one, other in zip(counted, found.val_top1, strict=True))
    return Proof(min(counted), need, len(counted), int(matrices[0].sum()), recount)


@dataclass(frozen=True)
class RoadStep:
    """A rung of the road with what it brought."""

    rung: Rung
    result: Result
    gain: float | None  # of validation accuracy against the rung before; None for the first


def road() -> list[RoadStep]:
    """The rungs that have recorded runs, in their order."""
    found: list[RoadStep] = []
    for rung in ROAD:
        if reached := result(rung.preset):
            gain = mean(reached.val_top1) - mean(found[-1].result.val_top1) if found else None
            found.append(RoadStep(rung, reached, gain))
    return found


GAINS = ((0.0, "it loses"), (0.02, "up to 2 points"), (0.05, "2 to 5 points"), (float("inf"), "more than 5 points"))


def gain_in_words(gain: float) -> str:
    """The choice among `GAINS` that a gain (a share of 1) belongs to; a bound belongs to the smaller one."""
    return next(words for most, words in GAINS if gain <= most)
