"""What the page Memory has computed once for all on trained runs: where a loss arrives, and which patch moved which output."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from dashboard.pictures.reading import normalized

if TYPE_CHECKING:
    from core.probes.memory.run_memory import MemoryCheck, StatePath
    from core.training.runs.checkpoint import OpenedModel


@st.cache_data(max_entries=128, show_spinner=False)
def paths(run_id: str, epoch: int, picture: bytes, label: int, readout: str, _model: OpenedModel, _pixels: np.ndarray) -> list[StatePath]:
    """Where the loss of class `label` arrives at a run's states on a picture."""
    from core.probes.memory.run_memory import loss_paths

    return loss_paths(_model.model, normalized(_model, _pixels[None]), label, readout=readout)


@st.cache_data(max_entries=64, show_spinner=False)
def influences(
    run_id: str, epoch: int, picture: bytes, _model: OpenedModel, _pixels: np.ndarray
) -> tuple[np.ndarray, list[int], MemoryCheck]:
    """Influences (T, T) of a run on a picture, from how many of the latest patches most of each comes, and the proof."""
    from core.probes.memory.run_memory import check_run, influence, reach

    image = normalized(_model, _pixels[None])
    table = influence(_model.model, image)
    return table, [reach(row, s) for s, row in enumerate(table)], check_run(_model.model, image, table)
