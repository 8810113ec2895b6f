"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About, Prediction
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "A recurrent network hands one state from patch to patch, and **attention reads any patch in one step**: see which of them "
        "knows what, and when."
    ),
    experiments={
        "From the funnel to the keel: how many steps, and how many back?": {
            "runs": "recorded-cifar10-hand-in-0.recorded-cifar10-compare-gru-0.recorded-cifar10-compare-vit-0",
            "t": "192",
            "path": "53-166",
        },
        "A heart, read by a GRU that knows hearts: when does it know?": {"set": "shapes", "runs": "recorded-shapes-gru", "t": "48"},
        "Before the first patch: what does a reader expect that has seen nothing?": {"t": "0"},
        "Draw a picture of your own and let them read it": {"from": "draw"},
    },
    words=(
        "GRU and ViT",
        "path length",
        "belief",
        "change of mind",
        "when it knew",
        "long-range dependency",
        "scrub bar",
    ),
    prediction=Prediction(
        question="A GRU reads pictures of shapes in 64 patches, row by row. From which patch on does its answer stay, in the median of "
        "validation pictures?",
        choices=("by patch 32: half is enough", "between patch 33 and 48", "after patch 48: nearly at the end"),
    ),
    picture="readers",
)
