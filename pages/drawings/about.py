"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "A class draws its own data set in three minutes: **a model knows nothing about the world except the pictures that it is given.**"
    ),
    experiments={},
    words=(
        "draw",
        "own data set",
        "collect",
        "Quick, Draw",
        "phone",
        "export",
    ),
)
