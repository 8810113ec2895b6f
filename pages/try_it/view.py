"""What the chosen runs say of a picture, as the board in the browser shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import LabError
from core.evaluation.pictures import AnswerCheck, Effect, Erase, Swap, edited, edits_text, mean_color, probabilities, top_classes
from core.readable import agreement, power
from dashboard.kit.packed import packed_picture
from dashboard.kit.wording import ProofLine, marked
from dashboard.pictures.answers import GREY, NO_RUN, WAITING, answer_bar, knows, tokens_of, verdict
from dashboard.pictures.choose import Shown
from dashboard.runs.opened import Weighted
from dashboard.shell import visitor
from dashboard.shell.words import counted

if TYPE_CHECKING:
    from core.training.runs.checkpoint import OpenedModel

SHOWN = 5  # most probable classes of a card
Open = Callable[[Weighted], "tuple[int, OpenedModel]"]


def board_data(picture: Shown, runs: Sequence[Weighted], edits: Sequence[Erase | Swap], patch: int, open_run: Open) -> dict[str, Any]:
    """The message for a patch board: the picture as it is, the edits, a card a run with its answer to the edited picture, and what is
    known by runs whose answer may not be among it.

    What is erased has the mean color of a run's training images; on the board that of the first run.
    """
    cards, known = [], {}
    for run in runs:
        card, classes = _card(picture, run, edits, patch, open_run)
        cards.append(card)
        if classes and picture.label not in classes:
            known.setdefault(classes, []).append(run.name)
    notes = [knows(names, classes) for classes, names in known.items()]
    return _message(picture, cards, edits_text(edits), patch, notes or ([] if runs else [NO_RUN]))


def waiting_data(picture: Shown, text: str, patch: int) -> dict[str, Any]:
    """The message while there are no answers yet."""
    return _message(picture, [], text, patch, [WAITING])


def _message(picture: Shown, cards: list[dict[str, Any]], text: str, patch: int, notes: list[str]) -> dict[str, Any]:
    return {
        "picture": picture.name,
        "pixels": packed_picture(picture.pixels),
        "caption": picture.caption,
        "patch": patch,
        "edits": text,
        "color": next((card["color"] for card in cards), GREY),
        "cards": cards,
        "notes": notes,
    }


def _card(
    picture: Shown, run: Weighted, edits: Sequence[Erase | Swap], patch: int, open_run: Open
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The card of a run and the classes that it knows; without bars, and what is wrong instead, where it cannot answer."""
    own, tokens = tokens_of(run.config)
    card = {"id": run.run_id, "name": run.name, "title": run.title, "patch": own, "tokens": tokens, "color": GREY, "bars": []}
    try:
        epoch, opened = open_run(run)
        color = mean_color(opened)
        before, now = probabilities(opened, np.stack([picture.pixels, edited(picture.pixels, edits, patch, color)]))  # (K,) each
    except LabError as error:
        return {**card, "verdict": visitor.told(error), "look": ""}, ()
    first = top_classes(now, 1)[0]
    look, words = verdict(picture.label, opened.classes[first], opened.classes)
    bars = [answer_bar(opened.classes, k, now, before, first, picture.label if look else "") for k in top_classes(now, SHOWN)]
    return {**card, "tokens": f"{tokens} · epoch {epoch + 1}", "color": color, "look": look, "verdict": words, "bars": bars}, opened.classes


def proof_line(checks: Sequence[AnswerCheck]) -> ProofLine | None:
    """What was compared, the largest differences, the tolerance and the verdict, over all runs."""
    if not checks:
        return None
    total, alone = max(check.total for check in checks), max(check.alone for check in checks)
    says = marked(
        "for {}, the answer to the picture alone and in a batch with others are {}, and its probabilities sum to 1",
        counted(len(checks), "runs"),
        agreement(alone),
    )
    figures = marked(
        "Largest difference of the sum from 1: {}. Largest difference between the answer alone and in a batch with a black and a white "
        "picture: {}. Tolerance {}.",
        power(total),
        power(alone),
        power(checks[0].tolerance),
    )
    return ProofLine(says, all(check.passed for check in checks), figures)


def more_changed(middle: Effect, corners: Effect) -> str:
    """The answer to the question."""
    if middle.changed == corners.changed:
        return "both the same"
    return "erasing the middle" if middle.changed > corners.changed else "erasing the corners"


def because(middle: Effect, corners: Effect) -> str:
    """The numbers behind the answer."""
    return (
        f"Erasing the middle changes {middle.changed} of {middle.images} answers, erasing the corners {corners.changed}. On average, "
        f"{100 * middle.moved:.0f} and {100 * corners.moved:.0f} percentage points of probability move to other classes."
    )
