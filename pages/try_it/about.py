"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About
from dashboard.kit.wording import marked

FIRST = {  # named: who comes by a link may have a run of their own
    "runs": "recorded-shapes-gru.recorded-cifar10-bar-0.recorded-cifar10-compare-vit-0"
}

ABOUT = About(
    claim=marked(
        "A classifier chooses one of its classes whatever picture you show it: **erase or swap patches to see what its answer depends on.**"
    ),
    experiments={
        "A heart without its middle: what is it now?": {**FIRST, "patch": "8", "edits": "5.6.9.10"},
        "The left and right half of a heart change places": {**FIRST, "patch": "16", "edits": "0-1.2-3"},
        "A ring whose hole is painted over": {**FIRST, "image": "27", "patch": "8", "edits": "5.6.9.10"},
        "Draw a picture of your own": {**FIRST, "from": "draw"},
    },
    words=(
        "own photo",
        "camera",
        "upload",
        "draw",
        "occlusion",
        "erase",
        "swap",
        "softmax probabilities",
        "prediction",
    ),
    picture="tryit",
)
