"""The table of published results: the presets beside models of other kinds."""

from __future__ import annotations

import streamlit as st

from core.models import MODELS
from core.records.results import result
from core.training.presets import PRESETS
from dashboard.shell import show
from pages.bar.view import results_html

SHOWN = ("hand-in", "bar", "best", "compare-rnn", "compare-lstm", "compare-gru", "compare-vit", "compare-cnn")


def results_panel() -> None:
    """All presets that have recorded runs; those whose every run is over the bar in bold."""
    st.header("For scale")
    results = [(name, runs) for name in SHOWN if name in PRESETS and (runs := result(name))]
    rows = [(f"{MODELS[runs.runs[0].config['model']].title} (preset {name})", runs) for name, runs in results]
    first = rows[0][1].runs[0]
    st.html(results_html(rows))
    show.caption(
        f"Recorded on CIFAR-10, {first.sizes['train']:,} training, {first.sizes['val']:,} validation and {first.sizes['test']:,} test "
        f"images, on {first.device}, torch {first.versions['torch']}. Bold means that every run is above the bar."
    )
    st.caption(
        "The compared models share one recipe of 8 epochs and patches of 4 pixels, and none was tuned for long. A ViT of this size that "
        "is trained from scratch stays behind a convolutional network.",
        help="Times with one thread were measured while another run used the other core. ReNet's authors (Visin et al. 2015) reached "
        "87.65 % on CIFAR-10's own 10,000 test images, trained on 50,000.",
    )
