"""The sixteen validation images that a run is watched on."""

from __future__ import annotations

import streamlit as st

from core.training.history import Snapshot
from dashboard.images import samples_css, strip_html


def sample_images(run: Snapshot) -> None:
    """Put the run's sample images on the page, once for all updates of their cards."""
    if run.sample_images is not None:
        st.html(samples_css(run.sample_images))


def sample_cards(run: Snapshot) -> str:
    """The images with the three classes that the model holds most likely, as HTML; empty when they are not known."""
    if run.sample_images is None:
        return ""
    right = ""
    if run.sample_probabilities is not None:
        hits = int((run.sample_probabilities.argmax(1) == run.sample_labels).sum())
        right = f": {hits} right"
    count = len(run.sample_labels)
    # No epoch: what does not change between two predictions is not sent again.
    title = f"<b>The first {count} validation images{right}.</b> The three most probable classes of each, as the model is now."
    return f'<p class="lab-strip-title">{title}</p>{strip_html(run.sample_labels, run.sample_probabilities, run.classes)}'
