"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About, Prediction
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked("A recurrent network is **one small formula, applied again at every step** to the next input and to its own last state."),
    experiments={
        "Task 1.2 at the course's own sizes: compute the step by hand": {
            "inputs": "7",
            "hidden": "5",
            "t": "2",
            "view": "hand",
            "batch": "2",
        },
        "A pulse and then silence: for how long does an LSTM remember it?": {
            "cell": "lstm",
            "sequence": "pulse",
            "steps": "32",
            "hidden": "4",
            "scale": "1",
        },
        "A trained GRU reads a heart, patch by patch": {
            "weights": "run",
            "run": "recorded-shapes-gru",
            "epoch": "17",
            "t": "20",
            "unit": "3",
        },
    },
    words=(
        "RNN",
        "Elman",
        "LSTM",
        "GRU",
        "GRU cell",
        "gate",
        "reset gate",
        "update gate",
        "forget gate",
        "candidate",
        "cell state",
        "hidden state",
        "nn.GRUCell",
        "task 1.2",
        "by hand",
    ),
    prediction=Prediction(
        question="Somebody holds every update gate z of torch's GRU at 1. What is the new state?",
        choices=("the old state", "the candidate", "zero"),
    ),
    picture="cell",
)
