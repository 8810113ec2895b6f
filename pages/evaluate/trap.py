"""Trap 5 of the unit: the mean one-vs-rest accuracy is not the accuracy."""

from __future__ import annotations

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
        f"The published hand-in's mean one-vs-rest accuracy on the test images is {published:.2%}. What is its accuracy (top-1)?",
        ("about 92 %", "about 80 %", "about 61 %"),
        answer=f"about {top1:.0%}".replace("%", " %"),
        because=f"It names {top1:.2%} of the images rightly. Each error is counted in two of the {classes} classes only, so the mean is "
        f"1 − 2 (1 − top-1) / {classes}: from {published:.2%} follows {derived:.2%} (difference to the published figure "
        f"{abs(derived - top1):.2%}, from rounding). A model that guesses has {1 - 2 * (1 - 1 / classes) / classes:.0%} already.",
        key="evaluate_trap",
    )
