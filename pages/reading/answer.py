"""The answer to the page's prediction: it is counted when answers become final."""

from __future__ import annotations

from dashboard.about import Answer
from dashboard.runs.opened import open_best, weighted_runs
from pages.reading.about import ABOUT
from pages.reading.lookups import settled

COUNTED_RUN = "recorded-shapes-gru"
HALF, QUARTER, END = ABOUT.prediction.choices


def answer() -> Answer:
    """After how many patches is an answer final? Counted on validation images that the recorded GRU on shapes has not learned from."""
    run = weighted_runs()[COUNTED_RUN]
    found = settled(COUNTED_RUN, open_best(run)[0])
    half, quarter = found.total // 2, found.total // 4
    return Answer(
        choice=HALF if found.median <= half else QUARTER if found.median <= half + quarter else END,
        because=f"{run.name} reads {found.total} patches. The median over {found.images} validation pictures is t = {found.median:.0f}. "
        f"By half of the patches {found.by_half} of {found.images} answers are final. The bottom of a picture is read last, so it can "
        f"still change the answer.",
    )
