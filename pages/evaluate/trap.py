"""Trap 5 of the unit: the mean one-vs-rest accuracy is not the accuracy."""

from __future__ import annotations

from core.readable import percent
from core.records.published import published_run, published_test
from core.scores import top1_of_one_vs_rest
from dashboard.shell.predict import predict


def trap_panel() -> None:
    """Ask for the accuracy behind the published mean of 92.18 %."""
    test, classes = published_test(), len(published_run().classes)
    means = dict(zip(test.columns, test.means, strict=True))
    published, top1 = float(means["one_vs_rest_accuracy"]), float(means["recall"])
    derived = top1_of_one_vs_rest(published, classes)
    predict(
        f"The published hand-in's mean one-vs-rest accuracy on the test images is {percent(published, 2)}. What is its accuracy?",
        ("about 92 %", "about 80 %", "about 61 %"),
        answer=f"about {percent(top1, 0)}",
        because=f"It classifies {percent(top1, 2)} of the images correctly. Each error counts as wrong in only two of the {classes} "
        f"classes, so the mean is 1 − 2 (1 − accuracy) / {classes}. From {percent(published, 2)} follows an accuracy of "
        f"{percent(derived, 2)}, which is the published one up to rounding. Even a model that guesses has a mean one-vs-rest accuracy of "
        f"{percent(1 - 2 * (1 - 1 / classes) / classes, 0)}.",
        key="evaluate_trap",
    )
