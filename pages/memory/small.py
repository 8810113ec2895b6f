"""The small picture of the page on the map of Home: what three recorded cells recall by distance."""

from __future__ import annotations

import numpy as np

from core.records.recall import recorded_lesson
from dashboard.pictures.small import curve, drawn, path


def small() -> str:
    """The share that each cell recalls, the further back the further to the right."""
    found = recorded_lesson().recalled.by_distance
    known = {kind: np.array(shares)[~np.isnan(shares)] for kind, shares in found.items()}
    lines = (curve(known[kind], ink, span=(0, 1)) for kind, ink in (("rnn", "b"), ("lstm", "c"), ("gru", "a")))
    return drawn(path([(4, 4), (4, 52), (92, 52)], "c"), *lines)
