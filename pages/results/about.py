"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "**A vote before an experiment and one after it show what somebody has learned from it,** and what else was done is counted "
        "beside them."
    ),
    experiments={},
    words=(
        "roster",
        "CSV",
        "grades",
        "hand in",
        "delete",
        "privacy",
    ),
)
