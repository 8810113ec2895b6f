"""Convolution over time on the page Sequences: what it sees and costs, beside recurrence."""

from __future__ import annotations

import streamlit as st

from dashboard.kit.wording import marked
from dashboard.shell import show
from pages.sequences.controls import KERNEL, LAYERS
from pages.sequences.lookups import CHANNELS, FRAMES, SIZE, costs, viewed
from pages.sequences.view import convolution_html


def convolution_panel() -> None:
    """What a convolution over time sees and costs, beside recurrence."""
    from core.probes.recurrence.convolution import field_of_view

    st.header("The alternative: convolution over time")
    left, right = st.columns([1, 3], gap="medium")
    with left:
        kernel = KERNEL.slider("Kernel, k")
        layers = LAYERS.slider("Layers")
    view, seen = field_of_view(layers, kernel), viewed(layers, kernel)
    with right:
        st.html(convolution_html(costs(kernel), kernel, CHANNELS))
    one, _, three = costs(kernel)
    show.caption(
        marked(
            "An output of {} layer{} of kernel {} depends on 1 + {} · ({} − 1) = **{}** inputs; measured by gradients: **{}**. A "
            "recurrent layer sees all earlier inputs, but its T steps cannot be computed at the same time.",
            layers,
            "s" * (layers > 1),
            kernel,
            layers,
            kernel,
            view,
            seen,
        ),
        help=marked(
            "A 3-D convolution slides over time, height and width: it has k³ weights instead of k, at {} × {} × {} places instead of {}, "
            "which is **{:,} times** the multiplications of a convolution over time.",
            FRAMES,
            SIZE,
            SIZE,
            FRAMES,
            three.multiplications // one.multiplications,
        ),
    )
