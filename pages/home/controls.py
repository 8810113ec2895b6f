"""The controls of the page Home: who reads the picture, and after how much training."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboard.shell.choices import Choice, links

READERS = {"gru": "A cell", "vit": "Attention"}
WEIGHTS = {"trained": "Trained", "first": "After one epoch"}
READER = Choice("home", "reader", tuple(READERS), first="gru")
TRAINED = Choice("home", "weights", tuple(WEIGHTS), first="trained")


@dataclass(frozen=True)
class HomeChoices:
    """Who reads the picture, "gru" or "vit"; whether it has been trained to its best epoch, or for its first one alone."""

    reader: str
    trained: bool

    @property
    def link(self) -> dict[str, str]:
        return links(READER, TRAINED)


def choose() -> HomeChoices:
    """Draw the controls in one row. Returns what they say."""
    with st.container(horizontal=True):
        reader = READER.segmented("What reads the picture", format_func=READERS.__getitem__)
        weights = TRAINED.segmented("Its weights", format_func=WEIGHTS.__getitem__)
    return HomeChoices(reader, weights == "trained")
