"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "A model never sees a picture, only 3 × 32 × 32 numbers: **undo the normalisation with the same mean and standard deviation and "
        "you get the exact image back; with others the colours are wrong.**"
    ),
    experiments={
        "The stars among the test images": {"split": "test", "class": "star"},
        "One image by its number, and its numbers": {"search": "4711"},
        "The frogs of CIFAR-10": {"dataset": "cifar10", "class": "frog"},
    },
    words=(
        "CIFAR-10",
        "data set",
        "train, validation and test split",
        "class balance",
        "mean and standard deviation",
        "normalisation",
        "near-duplicates",
        "trap 10",
        "label",
        "folder of images",
    ),
)
