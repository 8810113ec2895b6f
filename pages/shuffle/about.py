"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About, Prediction
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "Shuffle the tokens and undo the shuffle on the outputs: **attention without positions does not notice, a recurrent network does.**"
    ),
    experiments={
        "Three swaps: the GRU takes the ship for an airplane, then the ViT for a bird; the one without positions sees no difference": {
            "models": "recorded-cifar10-vit-none-0.recorded-cifar10-compare-vit-0.recorded-cifar10-compare-gru-0",
            "order": "0.1.2.3.4.14.13.7.8.15.10.11.12.6.5.9",
        },
        "The same encoder with and without positions": {"models": "encoder.encoder-sinusoidal.encoder-rotary", "order": "reverse"},
        "Put back with p instead of its inverse: even equivariant models fail": {
            "models": "encoder.mlp.gru",
            "order": "random",
            "undo": "permutation",
        },
    },
    words=(
        "equivariant",
        "equivariance",
        "invariant",
        "invariance",
        "permutation",
        "task 3.1",
        "trap 6",
        "trap 7",
        "inverse permutation",
        "transformer encoder without positions",
        "order of tokens",
    ),
    prediction=Prediction(
        question="A transformer encoder without positions is equivariant. Give it a causal mask: each token reads only itself and those "
        "before it. Nothing else changes. What does the shuffle test say now?",
        choices=(
            "equivariant still: there are no positions",
            "invariant: only the mean stays",
            "neither: it has learned where tokens stand",
        ),
    ),
    picture="shuffle",
)
