"""The answer to the page's prediction: weights are counted at two lengths."""

from __future__ import annotations

from dashboard.about import Answer
from pages.sequences.about import ABOUT

TWICE, SAME, _ = ABOUT.prediction.choices


def answer() -> Answer:
    """One cell for every element: the number of weights does not depend on the length."""
    from core.probes.recurrence.task_shapes import Sizes, run_task

    short, long = (run_task("many-to-one", Sizes(B=2, T=length, C=3, H=50, K=7)) for length in (5, 10))
    return Answer(
        choice=SAME if long.weights == short.weights else TWICE,
        because=f"Counted: {short.weights:,} at T = 5 and {long.weights:,} at T = 10. One cell is applied to every element, with the same "
        "weights: unrolling draws it T times, but there is only one. So a network that was trained on short sequences can read long ones.",
    )
