"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About, Prediction
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "Attention sees a set and not a sequence: **order exists only if we add it to the tokens, or rotate queries and keys by it.**"
    ),
    experiments={
        "The bare index: 64 times as loud as a token, and yet a ViT cannot hear it": {"kind": "index"},
        "Learned: what a ViT on CIFAR-10 found out about where patches lie": {
            "kind": "learned",
            "run": "recorded-cifar10-compare-vit-0",
            "epoch": "8",
        },
        "Rotary: how a head of 16 features turns its queries and keys": {"kind": "rotary", "width": "16"},
        "Row and column on the 256 patches of the course": {"kind": "grid", "length": "257"},
    },
    words=(
        "positional encoding",
        "position embedding",
        "sinusoidal",
        "sine and cosine",
        "learned positions",
        "rotary",
        "RoPE",
        "index",
        "LayerNorm",
        "shuffle test",
    ),
    prediction=Prediction(
        question="A ViT gets the bare index: 0 is added to every feature of the class token, 1 to the first patch, and so on up to 64. "
        "Then its patches are shuffled. Does its answer change?",
        choices=("yes", "no"),
    ),
)
