"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About, Prediction
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "Squeezed through one fixed vector, a GRU forgets long inputs, and **with attention it can look back and does not**, up to the "
        "lengths that it was trained on."
    ),
    experiments={
        "A vector of 16 numbers: how short must a word be?": {"H": "16"},
        "Copy instead of reverse: what was read last is no longer written first. Does the vector mind?": {"task": "copy"},
        "Addition, which is not recorded: train all three and watch": {"task": "addition"},
    },
    words=(
        "seq2seq",
        "bottleneck",
        "fixed vector",
        "Bahdanau",
        "attention of a GRU",
        "exact match",
        "length",
        "transformer against GRU",
        "part 4",
    ),
    prediction=Prediction(
        question="A GRU with one fixed vector of 48 numbers between encoder and decoder learns to write words backwards. With a vector "
        "of 192 numbers, at which length does it get less than half of the words right?",
        choices=("up to 4 letters", "5 to 8", "9 to 12", "only longer than trained"),
    ),
)
