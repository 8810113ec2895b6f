"""Answers of models on a picture, as words and as bars: whether they are right, what a model knows at all, and in what tokens it reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

GREY = (128, 128, 128)
WAITING = "The models are being loaded."
NO_RUN = "Choose a run to see what it says of the picture."


def verdict(label: str, answer: str, classes: Sequence[str]) -> tuple[str, str]:
    """Whether the answer is "right" or "wrong", as a word and in words; without a word where the model cannot know, or nobody does."""
    if label in classes:
        return ("right", "✓ right") if answer == label else ("wrong", "✗ wrong")
    return "", "" if not label else "cannot be right"


def points(change: float) -> str:
    """A change of a probability in points, with its sign; empty when it rounds to nothing."""
    rounded = round(100 * change)
    return f"{rounded:+d}".replace("-", "−") if rounded else ""


def answer_bar(classes: Sequence[str], k: int, now: np.ndarray, before: np.ndarray, first: int, label: str) -> dict[str, Any]:
    """Class `k` as a bar of a board: how probable it is, and was `before`. `first` is the answer, `label` the true class, "" where nobody
    knows it."""
    moved = points(float(now[k] - before[k]))
    return {
        "name": classes[k],
        "p": round(float(now[k]), 4),
        "was": round(float(before[k]), 4),
        "text": f"{100 * now[k]:.0f} %" + (f" ({moved})" if moved else ""),
        "look": "true" if classes[k] == label else "" if k != first else "false" if label else "told",
    }


def knows(runs: Sequence[str], classes: Sequence[str]) -> str:
    """What some runs know."""
    return f"{_and(runs)} know{'s' * (len(runs) == 1)} only {_and(classes)}: any picture is called one of these."


def _and(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def tokens_of(config: Mapping[str, Any]) -> tuple[int, str]:
    """The side of a model's patches in pixels, 0 for one without; and in words what it reads."""
    patch = config.get("patch_size", 0)
    if not patch:
        return 0, "reads pixels: no tokens"
    return patch, f"{(32 // patch) ** 2} tokens of {patch} × {patch}"
