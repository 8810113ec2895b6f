"""The answer to the page's prediction: the shuffle test is done on a ViT with the bare index."""

from __future__ import annotations

from core.readable import agreement
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
        because=f"LayerNorm removes a number that is the same in every feature, and in a ViT it comes before everything that reads a "
        f"token: the answers are {agreement(vit.difference)}. With LayerNorm after the sum, as in 2017, they are "
        f"{agreement(older.difference)}.",
    )
