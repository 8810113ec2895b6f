"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "A confusion matrix counts which class a model misclassifies as which other, and **each of its cells is a set of images that you "
        "can look at.**"
    ),
    experiments={
        "Is the model as sure as it is right?": {"run": "recorded-shapes-gru", "epoch": "17", "view": "Sureness"},
        "Cats and dogs: play the 15 epochs of the published hand-in": {"run": "published-hand-in", "cell": "3-5", "epoch": "1"},
        "What sweeping GRUs still get wrong, in numbers": {"run": "recorded-cifar10-bar-0", "epoch": "8"},
    },
    words=(
        "confusion matrix",
        "accuracy",
        "top-1",
        "recall",
        "precision",
        "F1",
        "Dice",
        "IoU",
        "Jaccard",
        "one-vs-rest",
        "per-class scores",
        "calibration",
        "sureness",
        "learning history",
        "task 2.2",
        "test set",
    ),
    picture="evaluate_matrix",
)
