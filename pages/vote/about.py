"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "Predict, discuss, let a run or a measurement decide, and vote again: **who changes an answer for a reason has learned something.**"
    ),
    experiments={},
    words=(
        "question",
        "poll",
        "peer instruction",
        "predict",
    ),
)
