"""The answer to the page's prediction: the shuffle test is done on an encoder with a causal mask."""

from __future__ import annotations

from dashboard.about import Answer
from pages.shuffle.about import ABOUT
from pages.shuffle.lookups import survivals

EQUIVARIANT, INVARIANT, NEITHER = ABOUT.prediction.choices


def answer() -> Answer:
    """What does a causal mask do to equivariance?"""
    found = survivals(("causal",), 8)["causal"]
    return Answer(
        choice={"equivariant": EQUIVARIANT, "invariant": INVARIANT}.get(found.group, NEITHER),
        because=f"It survives {len(found.survived)} of {len(found.verdicts)} kinds of shuffles. With the mask, each token reads a "
        f"different number of tokens, and that number tells positions apart, even without a positional encoding.",
    )
