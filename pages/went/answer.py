"""The answer to the page's prediction: what a mask is for, and how many pairs it would leave."""

from __future__ import annotations

from core.probes.attention.pairs import pairs
from dashboard.about import Answer
from pages.went.about import ABOUT

BOXES, PLACES = 100, 1024


def answer() -> Answer:
    """Which mask does a decoder need that writes all at once?"""
    return Answer(
        choice=ABOUT.prediction.choices[1],
        because=f"A subsequent mask keeps an output from reading the token that it is trained to predict. DETR's decoder does not get "
        f"its targets: its inputs are 100 learned queries, all answered at once, and a set of boxes has no order. One head of a decoder "
        f"layer reads {pairs('full', BOXES):,} pairs among the queries and {BOXES * PLACES:,} from the queries to {PLACES:,} places of "
        f"the image.",
    )
