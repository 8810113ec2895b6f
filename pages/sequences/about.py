"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About, Prediction
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked("One cell is applied to every element of a sequence: **which inputs go in and which states are read defines the task.**"),
    experiments={
        "The course's check: B = 2, T = 10, C = 3, H = 50, K = 7, a tag a word": {"task": "same-length", "T": "10"},
        "Translation: all of an English sentence must pass through one state": {"task": "other-length", "T": "7", "S": "8"},
        "A batch of very different lengths: what does padding do to the last state?": {"lengths": "10 1 5 1", "H": "16"},
    },
    words=(
        "one-to-one",
        "one-to-many",
        "many-to-one",
        "many-to-many",
        "unrolling",
        "padding",
        "packing",
        "masking",
        "one-hot",
        "embedding of words",
        "convolution over time",
        "3-D convolution",
        "task 1.1",
        "tensor shapes",
    ),
    prediction=Prediction(
        question="A GRU reads T = 5 words and answers with one class. It is to read T = 10: how many weights does it need?",
        choices=("twice as many", "as many as before", "a few more"),
    ),
    seen_in={"lengths": "sequences_padding"},
)
