"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "An image becomes patches, patches become tokens, and **a cell that carries a state along, or attention that reads all tokens, "
        "names what the image shows.**"
    ),
    experiments={
        "Attention instead of a cell: each patch reads all others": {"reader": "vit"},
        "The cell after its first epoch: it has learned next to nothing": {"weights": "first"},
        "Attention after its first epoch": {"reader": "vit", "weights": "first"},
    },
    words=(
        "overview",
        "map of the unit",
        "start here",
        "all pages",
    ),
    picture="home_overview",
)
