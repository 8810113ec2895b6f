"""The small picture of the page on the map of Home: the accuracy of three recorded runs by epoch."""

from __future__ import annotations

from core.records.recorded import recorded_run
from dashboard.pictures.small import curve, drawn, path


def small() -> str:
    """A GRU, a Vision Transformer and a CNN on the same images."""
    runs = [recorded_run(f"cifar10-compare-{model}-0") for model in ("cnn", "vit", "gru")]
    found = [[one.val_top1 for one in run.epochs] for run in runs]
    span = (min(map(min, found)), max(map(max, found)))
    lines = (curve(values, ink, span=span) for values, ink in zip(found, ("c", "b", "a"), strict=True))
    return drawn(path([(4, 4), (4, 52), (92, 52)], "c"), *lines)
