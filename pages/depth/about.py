"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About, Prediction
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked("More layers refine what has been read, but **only a second network that reads backwards knows what comes later.**"),
    experiments={
        "Three layers, forward only: the first state still knows one input": {"layers": "3", "ways": "one", "head": "every"},
        "Trap 3: h[-1] of a bidirectional GRU": {"layers": "1", "head": "h[-1]"},
        "Six adjectives before the word that decides": {"between": "6"},
    },
    words=(
        "layers",
        "stacked",
        "bidirectional",
        "backward direction",
        "last state",
        "h[-1]",
        "trap 1",
        "trap 3",
        "batch_first",
        "trap 2",
        "spider man",
        "el hombre araña",
    ),
    prediction=Prediction(
        question="A forward-only GRU cannot know a later word when it translates the first one. Does a deeper stack help?",
        choices=("yes, three layers can", "no, however deep", "only from the second layer on"),
    ),
    seen_in={"between": "depth_later_word", "head": "depth_heads"},
)
