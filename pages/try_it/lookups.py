"""What the page Try it has computed once for all: what erasing the middle or the corners does to a run's answers."""

from __future__ import annotations

import streamlit as st

from core.data.shapes import PARTS, draw
from core.evaluation.pictures import CORNERS, MIDDLE, QUARTER, Effect, effect_of_erasing
from dashboard.runs.opened import open_best, weighted_runs

COUNTED = 200  # images


@st.cache_data(max_entries=64, show_spinner=False)
def effects(run_id: str, epoch: int) -> tuple[Effect, Effect]:
    """What erasing the middle, and the corners, does to the answers of a run's `epoch` to the first `COUNTED` validation shapes."""
    opened = open_best(weighted_runs()[run_id])[1]
    images, _ = draw(PARTS["val"][:COUNTED])
    return tuple(effect_of_erasing(opened, images, patches, QUARTER) for patches in (MIDDLE, CORNERS))
