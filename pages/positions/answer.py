"""The answer to the page's prediction: the shuffle test is done on a ViT with the bare index."""

from __future__ import annotations

from dashboard.about import Answer
from pages.positions.about import ABOUT
from pages.positions.controls import LENGTH, PERMUTATION, WIDTH
from pages.positions.lookups import verdicts

YES, NO = ABOUT.prediction.choices


def answer() -> Answer:
    """Does a ViT with the bare index notice a shuffle?"""
    vit, older, _ = verdicts(LENGTH.first, WIDTH.first, PERMUTATION.first, None)["index"]
    return Answer(
        choice=NO if vit.word == "equivariant" else YES,
        because=f"The same number on every feature is what LayerNorm takes out, and in a ViT LayerNorm comes before everything that reads "
        f"a token: largest difference {vit.difference:.1g}. With LayerNorm after the sum, as in 2017, it is {older.difference:.1g}.",
    )
