"""What the chosen runs say of a picture, as the board in the browser shows it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import LabError
from core.evaluation.pictures import Erase, Swap, edited, edits_text, mean_color, probabilities, top_classes
from dashboard.opened import Weighted
from dashboard.pictures import NONE_OF_THEM, Shown

if TYPE_CHECKING:
    from core.training.checkpoint import OpenedModel

SHOWN = 5  # most probable classes of a card
GREY = (128, 128, 128)
WAITING = "The models are being loaded."
NO_RUN = "Choose a run to see what it says of the picture."
Open = Callable[[Weighted], "tuple[int, OpenedModel]"]


def board_data(picture: Shown, runs: Sequence[Weighted], edits: Sequence[Erase | Swap], patch: int, open_run: Open) -> dict[str, Any]:
    """The message for a patch board: the picture as it is, the edits, and a card a run with its answer to the edited picture.

    What is erased has the mean color of a run's training images; on the board that of the first run.
    """
    cards = [_card(picture, run, edits, patch, open_run) for run in runs]
    return _message(picture, cards, edits_text(edits), patch, NO_RUN)


def waiting_data(picture: Shown, text: str, patch: int) -> dict[str, Any]:
    """The message while there are no answers yet."""
    return _message(picture, [], text, patch, WAITING)


def _message(picture: Shown, cards: list[dict[str, Any]], text: str, patch: int, note: str) -> dict[str, Any]:
    return {
        "picture": picture.name,
        "pixels": b64encode(np.ascontiguousarray(picture.pixels.transpose(1, 2, 0)).tobytes()).decode(),  # (32, 32, 3)
        "caption": picture.caption,
        "patch": patch,
        "edits": text,
        "color": next((card["color"] for card in cards), GREY),
        "cards": cards,
        "note": note,
    }


def _card(picture: Shown, run: Weighted, edits: Sequence[Erase | Swap], patch: int, open_run: Open) -> dict[str, Any]:
    own, tokens = tokens_of(run.config)
    card = {"id": run.run_id, "title": run.title, "patch": own, "tokens": tokens, "color": GREY, "verdict": "", "look": "", "bars": []}
    try:
        epoch, opened = open_run(run)
        color = mean_color(opened)
        before, now = probabilities(opened, np.stack([picture.pixels, edited(picture.pixels, edits, patch, color)]))  # (K,) each
    except LabError as error:
        return {**card, "note": str(error)}
    first = top_classes(now, 1)[0]
    known = picture.label in opened.classes
    look = ("right" if opened.classes[first] == picture.label else "wrong") if known else ""
    verdict = {"right": "✓ right", "wrong": "✗ wrong", "": ""}[look]
    return {
        **card,
        "tokens": f"{tokens} · epoch {epoch + 1}",
        "color": color,
        "verdict": verdict,
        "look": look,
        "bars": [_bar(opened.classes, k, now, before, first, picture.label if known else "") for k in top_classes(now, SHOWN)],
        "note": note(picture.label, opened.classes),
    }


def _bar(classes: Sequence[str], k: int, now: np.ndarray, before: np.ndarray, first: int, label: str) -> dict[str, Any]:
    look = "true" if classes[k] == label else ("false" if label else "told") if k == first else ""
    moved = points(float(now[k] - before[k]))
    return {
        "name": classes[k],
        "p": round(float(now[k]), 4),
        "was": round(float(before[k]), 4),
        "text": f"{100 * now[k]:.0f} %" + (f" ({moved})" if moved else ""),
        "look": look,
    }


def points(change: float) -> str:
    """A change of a probability in points, with its sign; empty when it rounds to nothing."""
    rounded = round(100 * change)
    return f"{rounded:+d}".replace("-", "−") if rounded else ""


def note(label: str, classes: Sequence[str]) -> str:
    """What the model knows, unless the picture is known to be one of these; and that it cannot be right where it cannot."""
    if label in classes:
        return ""
    knows = f"It knows only {', '.join(classes[:-1])} and {classes[-1]}."
    if not label:
        return knows
    what = "any other thing" if label == NONE_OF_THEM else f"“{label}”"
    return f"It cannot be right: it never learned {what}. {knows}"


def tokens_of(config: Mapping[str, Any]) -> tuple[int, str]:
    """The side of a model's patches in pixels, 0 for one without; and in words what it reads."""
    patch = config.get("patch_size", 0)
    if not patch:
        return 0, "reads pixels: no tokens"
    return patch, f"{(32 // patch) ** 2} tokens of {patch} × {patch} pixels"
