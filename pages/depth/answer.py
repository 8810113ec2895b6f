"""The answer to the page's prediction: gradients say which inputs a state depends on."""

from __future__ import annotations

from dashboard.about import Answer
from pages.depth.about import ABOUT

DEEPER, NEVER, _ = ABOUT.prediction.choices


def answer() -> Answer:
    """Who can know a later word?"""
    from core.probes.recurrence.direction import measure_stack

    one, three, both = (
        measure_stack(cell="gru", length=5, layers=layers, bidirectional=ways, hidden=4).norms[-1, 0, 0]
        for layers, ways in ((1, False), (3, False), (2, True))
    )
    counts = [int((norms > 0).sum()) for norms in (one, three, both)]
    return Answer(
        choice=DEEPER if (three[1:] > 0).any() else NEVER,
        because=f"Measured by gradients: the first state of the top layer depends on {counts[0]} of 5 inputs with one layer, on "
        f"{counts[1]} with three, and on {counts[2]} with two layers in both directions. Depth makes each step richer; only a second "
        "direction looks ahead.",
    )
