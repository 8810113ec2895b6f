"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About, Prediction
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "A recurrent network reads a picture as a sentence, patch by patch, and **all that it knows of the picture is in the state that "
        "it carries along.**"
    ),
    experiments={
        "The ship in columns: why does it know so much sooner?": {
            "run": "recorded-cifar10-hand-in-0",
            "epoch": "14",
            "order": "columns",
            "t": "47",
        },
        "After one epoch: does the state move yet, and where to?": {"set": "shapes", "run": "recorded-shapes-gru", "epoch": "1"},
        "Two directions: an LSTM that also reads backwards": {"run": "recorded-cifar10-compare-lstm-0", "epoch": "8"},
    },
    words=(
        "hidden state",
        "gates",
        "belief",
        "order of patches",
        "Hilbert curve",
        "snake",
        "scrub bar",
        "principal components",
        "bidirectional",
    ),
    prediction=Prediction(
        question="A GRU has learned to read pictures row by row. Now every second row is read backwards, as a snake: the same patches, "
        "and each still in its row. How many of the pictures that it classified correctly does it still classify correctly?",
        choices=("as many, or nearly", "clearly fewer, but most of them", "less than half of them"),
    ),
    picture="reader",
)
