"""What the page is about."""

from __future__ import annotations

from dashboard.about import About
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "A lesson leads you through the pages of the lab in a few minutes, and **it asks you to predict, and checks what you have seen "
        "and done.**"
    ),
    experiments={
        "Why sequences: four short lessons to begin with": {"part": "0"},
        "Recurrent networks: the cells, their memory, tasks 1.1 and 1.2": {"part": "1"},
        "Transformers: attention, positions, tasks 3.1 and 3.2": {"part": "3"},
    },
    words=(
        "lesson",
        "tour",
        "guide",
        "course",
        "lecture",
        "playlist",
        "where to begin",
        "steps",
        "tasks of the unit",
        "own lessons",
    ),
    picture="lessons",
)
