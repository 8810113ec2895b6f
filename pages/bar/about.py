"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "**GRUs that sweep along rows and columns pass the bar of 80 %, with a better recipe than the steps before**; one long sequence "
        "stays below it with the same recipe."
    ),
    experiments={
        "See the whole road at once": {"rung": "8"},
        "Stop before sweeps come, and bet on them": {"rung": "6"},
        "From the start": {"rung": "1"},
    },
    words=(
        "task 2.2",
        "80 %",
        "hand-in",
        "62 %",
        "ReNet",
        "sweeps",
        "Muon",
        "label smoothing",
        "augmentation",
        "schedule",
        "recipe",
        "validation accuracy",
    ),
    picture="bar_question",
)
