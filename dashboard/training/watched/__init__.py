"""What a run gets right, beside its curve: a small confusion matrix, or cards of sample images; a replay of the curve takes them along.

    watched(matrix_data(snapshot), key="chart_matrix")  # or cards_data, of dashboard/training/moments.py

The images themselves are on the page once, in a style sheet (`dashboard.training.samples.sample_images`).
"""

from __future__ import annotations

from typing import Any

from dashboard.kit.component import component

_mount = component(__file__, '<div class="watched"></div>')


def watched(data: dict[str, Any], *, key: str) -> None:
    """Draw or update the part `key`."""
    _mount(data=[data], key=key)
