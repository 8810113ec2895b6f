"""What the page Patches has computed once for all: images made again from their tokens, and what is lost by the width of a token."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.models.configs import WIDTHS
from core.models.embedding import Embedding
from core.probes.tokens.rebuild import Rebuilt, losses_by_width, rebuild


@st.cache_data(show_spinner=False, max_entries=32, hash_funcs={Embedding: lambda e: (e.weight, e.bias, e.mean, e.std)})
def rebuilt(embedding: Embedding, pixels: np.ndarray) -> Rebuilt:
    """An image made again from the tokens of an embedding."""
    return rebuild(embedding, pixels)


@st.cache_data(show_spinner=False, max_entries=32)
def losses(patch_size: int, pixels: np.ndarray, mean: np.ndarray, std: np.ndarray) -> dict[int, float]:
    """How much of an image is lost by patches of a size in tokens of each width."""
    return losses_by_width(patch_size, WIDTHS, pixels, mean=mean, std=std)
