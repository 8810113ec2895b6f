"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About, Prediction
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "Every token asks every other one by **softmax(q kᵀ / √D) v**, and each number on this page can be followed back to the numbers "
        "that made it."
    ),
    experiments={
        "Keys of 64 numbers, not scaled: every row reads one token, and no gradient comes back": {
            "divide": "1",
            "width": "64",
            "heads": "1",
        },
        "A mask that leaves the first token nothing to read: what is its row?": {"mask": "earlier", "heads": "1"},
        "A heart in sixteen patches, four heads": {"tokens": "patches", "heads": "4"},
    },
    words=(
        "scaled dot-product attention",
        "self-attention",
        "query",
        "key",
        "value",
        "softmax",
        "multi-head",
        "heads",
        "scaling",
        "saturation",
        "mask",
        "quadratic cost",
        "memory",
        "trap 8",
        "task 3.1",
    ),
    prediction=Prediction(
        question="Six tokens, one head, keys of D = 64 numbers, and somebody forgets to divide by √D. How much gradient does softmax let "
        "through?",
        choices=("more than before", "about as much", "less than half"),
    ),
    picture="attention",
)
