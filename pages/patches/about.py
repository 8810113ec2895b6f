"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About, Prediction
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "An image becomes a sequence when it is cut into patches and each patch is multiplied by one matrix: **a convolution with "
        "stride is exactly that.**"
    ),
    experiments={
        "Every pixel a token: 1,024 steps for a GRU, a million attention weights": {"patch": "1"},
        "Patches of 8 in 64 numbers: what is lost? Then widen the token": {"patch": "8", "width": "64"},
        "256 patches along a Hilbert curve: what is read together lies together": {"patch": "2", "order": "hilbert"},
        "The kernels of a Vision Transformer after its first epoch on CIFAR-10": {"run": "recorded-cifar10-compare-vit-0", "epoch": "1"},
    },
    words=(
        "patch embedding",
        "token",
        "strided convolution",
        "kernel",
        "filter",
        "flatten",
        "LayerNorm",
        "patch size",
        "order of patches",
        "Hilbert curve",
        "task 2.1",
        "rank",
    ),
    prediction=Prediction(
        question="An image is cut into patches of 4 × 4 pixels, and then into patches of 2 × 2. By how much does the number of attention "
        "weights grow?",
        choices=("2 times", "4 times", "16 times"),
    ),
    seen_in={"run": "patches_kernels"},
)
