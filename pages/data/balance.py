"""How many images of each class are in each split."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.readable import percent
from dashboard.shell import show
from dashboard.shell.left_out import left_out_note
from pages.data.view import balance_html

if TYPE_CHECKING:
    from core.data.splits import Dataset


def balance_panel(dataset: Dataset) -> None:
    """The class balance of every split."""
    from core.data.statistics import class_balance

    counts = {name: class_balance(getattr(dataset, name).labels, len(dataset.classes)) for name in ("train", "val", "test")}
    st.header("Class balance")
    st.html(balance_html(dataset.classes, counts))
    least, most = min(counts["train"]), max(counts["train"])
    show.caption(
        f"Number of images, and share of the split. A model that always predicts the largest class is right for {most:,} of "
        f"{sum(counts['train']):,} training images ({percent(most / sum(counts['train']))}); its smallest class has {least:,}."
    )
    left_out_note(dataset.left_out.plain())
