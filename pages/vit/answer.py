"""The answer to the page's prediction: the smallest attention weight of the first layer, for the picture on which the page opens."""

from __future__ import annotations

from core.data.shapes import PARTS, draw
from core.readable import number
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
        because=(
            f"For the picture below, the smallest weight of any head in layer 1 of {run.name} is {number(found.least_first, 1)}, which "
            "is above 0. Softmax never gives a weight of exactly 0, so each token reads every other one."
        ),
    )
