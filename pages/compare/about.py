"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "**One run is better than another only if it is right where the other is wrong much more often than the other way round**; a "
        "higher accuracy alone says little."
    ),
    experiments={
        "Two seeds of one set-up: is one of them better?": {"runs": "recorded-cifar10-hand-in-0.recorded-cifar10-hand-in-1"},
        "Three models, one recipe, by time": {
            "runs": "recorded-cifar10-compare-gru-0.recorded-cifar10-compare-vit-0.recorded-cifar10-compare-cnn-0",
            "x": "time",
            "only": "yes",
        },
        "One sequence against sweeps: what do more parameters buy?": {
            "runs": "recorded-cifar10-road-schedule-0.recorded-cifar10-road-sweeps-0",
            "filter": "road",
            "sort": "-parameters",
        },
    },
    words=(
        "difference of two runs",
        "chance",
        "significance",
        "McNemar",
        "p-value",
        "seeds",
        "hyperparameters",
        "parameters",
        "accuracy by time",
        "PyTorch script",
        "export",
    ),
)
