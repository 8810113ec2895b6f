"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About, Prediction
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "On its way back a plain RNN's gradient meets the same matrix and a slope below 1 at every step, so it fades or explodes: **a "
        "gate that stays open lets it through, which is why LSTM and GRU exist.**"
    ),
    experiments={
        "A radius of 3: the plain RNN's gradient explodes": {"radius": "3", "length": "100"},
        "Start with gates nearly closed, bias −2, and train: do they learn to open?": {"bias": "-2", "length": "20"},
        "The hand-in's GRU, 256 patches: how far back does its answer reach?": {"runs": "recorded-cifar10-hand-in-0"},
    },
    words=(
        "vanishing gradient",
        "exploding gradient",
        "backpropagation through time",
        "spectral radius",
        "forget-gate bias",
        "long-term dependency",
        "recall",
        "Jacobian",
        "norm of the gradient",
    ),
    prediction=Prediction(
        question="The bias of the forget gate is 0, the spectral radius is 1, and nothing is trained: from step 60, of which cell does "
        "most of the gradient reach step 1?",
        choices=("plain RNN", "LSTM", "GRU"),
    ),
    seen_in={"runs": "memory_runs_row"},
)
