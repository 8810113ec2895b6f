"""Answers of models on a picture in words: whether they are right, what a model knows at all, and in what tokens it reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
