"""The answer to the page's prediction: validation pictures are read in every order."""

from __future__ import annotations

from core.models.orders import ORDERS, TRAINED
from dashboard.about import Answer
from dashboard.runs.opened import open_best, weighted_runs
from pages.reader.about import ABOUT
from pages.reader.lookups import COUNTED, right_in
from pages.reader.view import AS

COUNTED_RUN, COUNTED_ORDER = "recorded-shapes-gru", "snake"
NEARLY, FEWER, FEW = ABOUT.prediction.choices


def answer() -> Answer:
    """How much does the order matter? Counted on validation images that the recorded GRU on shapes has not learned from."""
    run = weighted_runs()[COUNTED_RUN]
    right = {kind: right_in(COUNTED_RUN, open_best(run)[0], kind) for kind in ORDERS}
    share = right[COUNTED_ORDER] / right[TRAINED]
    return Answer(
        choice=NEARLY if share > 0.9 else FEWER if share > 0.5 else FEW,
        because=f"{run.name} learned to read {AS[TRAINED]}. Right of {COUNTED} validation pictures of shapes: "
        + ", ".join(f"{count} {AS[kind]}" for kind, count in right.items())
        + ". For a recurrent network, another order of the same patches is another sequence.",
    )
