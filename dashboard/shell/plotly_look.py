"""The look that all figures of Plotly have in common."""

from __future__ import annotations

RUN, WRONG, QUIET = "#0072b2", "#d55e00", "rgba(128, 128, 128, 0.7)"
MARGIN = {"l": 10, "r": 10, "t": 40, "b": 10}  # px
