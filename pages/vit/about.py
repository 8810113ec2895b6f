"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About, Prediction
from dashboard.kit.wording import marked

CIFAR = "recorded-cifar10-compare-vit-0"
ROTARY = "recorded-cifar10-vit-rotary-0"

ABOUT = About(
    claim=marked("Every token reads every other one in every layer: **the receptive field is the whole image from the first layer on.**"),
    experiments={
        "Watch a head become local: layer 1, head 4 with rotary positions looks 4.8 patches far after epoch 1; move the slider": {
            "run": ROTARY,
            "epoch": "1",
            "map": "1-4",
            "token": "28",
            "set": "sailing ship",
        },
        "Three layers rolled out: what has come into the class token": {"run": CIFAR, "epoch": "8", "map": "3-rollout"},
        "In the last layer only the class token's row counts: point at any patch": {
            "run": CIFAR,
            "epoch": "8",
            "map": "3-gradient",
            "token": "28",
        },
    },
    words=(
        "ViT",
        "attention map",
        "attention rollout",
        "class token",
        "token 0",
        "heads",
        "receptive field",
        "task 3.2",
        "trap 11",
        "trap 12",
        "explanation",
        "local head",
    ),
    prediction=Prediction(
        question="In the first layer of a trained Vision Transformer: does a token read all other tokens of the picture?",
        choices=("no, only those of neighbouring patches", "no, only later layers do", "yes, all of them"),
    ),
)
