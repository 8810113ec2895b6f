"""The small picture of the page on the map of Home: recorded runs by parameters and accuracy."""

from __future__ import annotations

import math

from core.records.recorded import recorded_names, recorded_run
from dashboard.pictures.small import dots, drawn, path


def small() -> str:
    """A dot a recorded run on CIFAR-10: the more parameters, the further to the right; the better, the higher."""
    runs = [recorded_run(name) for name in recorded_names() if name.startswith("cifar10")]
    sizes = [math.log(run.parameters) for run in runs]
    low, high = min(sizes), max(sizes)
    places = [(8 + 80 * (size - low) / (high - low), 52 - 48 * run.best.val_top1) for size, run in zip(sizes, runs, strict=True)]
    return drawn(path([(4, 4), (4, 52), (92, 52)], "c"), dots(places))
