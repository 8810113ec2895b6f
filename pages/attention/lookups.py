"""What the page Attention by hand has measured once for all: the spread of scores, and the facts of an encoder layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.probes.attention.by_hand import score_spread

if TYPE_CHECKING:
    from core.probes.attention.proof import LayerReport

SPREAD_SIZES, SPREAD_LENGTHS = (4, 16, 64), (6, 100)  # of keys, and numbers of tokens


@st.cache_data(show_spinner=False)
def spreads() -> list[list[float]]:
    """The measured spread of scores, a line a length and a column a size."""
    return [[score_spread(size, length) for size in SPREAD_SIZES] for length in SPREAD_LENGTHS]


@st.cache_data(show_spinner=False)
def layer_facts() -> tuple[dict[str, tuple[int, ...]], LayerReport]:
    """The shapes that a hook has seen, and the report on the encoder layer."""
    from core.probes.attention.proof import check_layer, course_shapes

    return course_shapes(), check_layer()
