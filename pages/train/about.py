"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "Watch a network learn to recognise images that it reads patch by patch, or to write one sequence for another: **every number "
        "updates while it trains.**"
    ),
    experiments={
        "A transformer that reads a date and writes it in ISO form, in half a minute": {"preset": "dates"},
        "Two layers of 25 units on 256 patches: the published hand-in, set up for CIFAR-10": {"preset": "hand-in"},
        "GRUs that sweep along rows and columns, past 80 %: the preset bar, set up for CIFAR-10": {"preset": "bar"},
    },
    words=(
        "hyperparameters",
        "learning rate",
        "loss curve",
        "overfitting",
        "optimiser",
        "Adam",
        "batch size",
        "epoch",
        "presets",
        "CIFAR-10",
        "task 2.2",
        "GRU classifier",
        "early stopping",
    ),
)
