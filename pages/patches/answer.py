"""The answer to the page's prediction: tokens and attention weights are counted."""

from __future__ import annotations

from core.models.orders import reading
from dashboard.about import Answer
from pages.patches.about import ABOUT

COARSE, FINE = 4, 2  # pixels along a side


def answer() -> Answer:
    """Half the side means four times as many tokens, and each of them attends to all."""
    coarse, fine = reading(COARSE), reading(FINE)
    growth = fine.attention_cells // coarse.attention_cells
    return Answer(
        choice=next(choice for choice in ABOUT.prediction.choices if choice == f"{growth} times"),
        because=f"{coarse.tokens:,} tokens become {fine.tokens:,}, and every token attends to every token: {coarse.attention_cells:,} "
        f"weights become {fine.attention_cells:,}, in each head of each layer. A GRU takes {fine.tokens // coarse.tokens} times as many "
        "steps.",
    )
