"""Is the difference between two runs more than chance?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import LabError
from dashboard.kit.wording import marked
from dashboard.runs.outputs import outputs
from dashboard.shell import services, show, visitor
from pages.evaluate.controls import Judging, kept_epochs

if TYPE_CHECKING:
    from core.evaluation.intervals import Comparison


def pair_panel(judging: Judging) -> None:
    """The run on the page against the one that is subtracted, both at their best epochs, image by image."""
    if judging.minus in ("", judging.run.run_id) or judging.split not in ("val", "test"):
        return
    from core.evaluation.intervals import compare

    st.header("More than chance?")
    run, other = judging.run, services.run(judging.minus)
    try:
        if judging.split == "test" and not all(r.best.epoch in kept_epochs(r, "test") for r in (run, other)):
            st.info("Evaluate both runs on the test set first, at their best epochs.")
            return
        mine, theirs = (outputs(r, r.best.epoch, judging.split) for r in (run, other))
    except LabError as error:
        show.info(f"They cannot be compared image by image: {visitor.told(error)}")
        return
    if mine.labels.tolist() != theirs.labels.tolist():
        st.info("The two runs were evaluated on different images, so they cannot be compared image by image.")
        return
    pair = compare(theirs.right, mine.right)
    show.markdown(_words(pair, run.run_id, other.run_id))
    show.caption(
        f"{judging.title}, n = {pair.difference.n:,}, best epochs {run.best.epoch + 1} and {other.best.epoch + 1}. The interval is "
        f"Newcombe's (1998). The verdict is that of McNemar's test, which counts the images on which the two differ. Another seed would "
        f"change both runs as well."
    )


def _words(pair: Comparison, run_id: str, other_id: str) -> str:
    """Who alone is right on how many images, the difference with its interval in percentage points, and whether it is beyond chance."""
    ends = pair.difference.digits()
    points = [100 * share for share in (pair.difference.value, pair.difference.low, pair.difference.high)]
    value, low, high = (f"{number:+.{digits}f}".replace("-", "−") for number, digits in zip(points, (1, ends, ends), strict=True))
    return marked(
        "Only **{}** is right on {:,} images, only **{}** on {:,}. The difference is {} percentage points (95 %: {} to {}). McNemar's "
        "exact test: p = {:.2g}, **{}**.",
        run_id,
        pair.only_b,
        other_id,
        pair.only_a,
        value,
        low,
        high,
        pair.p,
        "beyond chance" if pair.beyond_chance else "may be chance",
    )
