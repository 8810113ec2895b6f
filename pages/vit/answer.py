"""The answer to the page's prediction: the smallest attention weight of the first layer, for the picture on which the page opens."""

from __future__ import annotations

from core.data.shapes import PARTS, draw
from dashboard.about import Answer
from dashboard.pictures.choose import FIRST
from dashboard.runs.opened import kept_epochs, weighted_runs
from pages.vit.about import ABOUT
from pages.vit.controls import FIRST_RUN
from pages.vit.lookups import look

NEIGHBOURS, LATER, ALL = ABOUT.prediction.choices


def answer() -> Answer:
    """Whether a weight of the first layer is 0."""
    run = weighted_runs()[FIRST_RUN]
    pixels = draw(PARTS["val"][FIRST : FIRST + 1])[0][0]
    found = look(kept_epochs(run)[run.best], pixels)
    return Answer(
        choice=ALL if found.least_first > 0 else NEIGHBOURS,
        because=f"The smallest of the {found.tokens:,} × {found.tokens:,} weights of each head of layer 1 is {found.least_first:.1g} for "
        f"the picture below, in {run.name}: above 0. Softmax gives no weight of exactly 0, so each token reads every other one.",
    )
