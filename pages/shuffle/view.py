"""What the shuffle test says of the chosen models, as the board in the browser shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.evaluation.pictures import top_classes
from core.readable import agreement, number, power
from dashboard.kit.packed import packed, packed_picture
from dashboard.kit.wording import escape
from dashboard.pictures.answers import answer_bar
from dashboard.pictures.choose import Shown
from dashboard.runs.opened import Weighted

if TYPE_CHECKING:
    from core.probes.equivariance.shuffling import ShuffleReport
    from core.probes.equivariance.subjects import Subject
    from core.probes.equivariance.survival import Survival

SHOWN = 3  # classes of a card
COMPARED = {"tokens": "per token", "pooled": "their mean"}  # what is compared: each token's output, or the mean of all
NOT_MOVED = "nothing moved"
MARKS = {"equivariant": ("✓", "equivariant"), "invariant": ("○", "invariant"), "neither": ("–", "order matters")}
GROUPS = {"equivariant": "all, equivariant", "invariant": "all, invariant", "some": "some", "neither": "none"}


@dataclass(frozen=True, eq=False)
class Reader:
    """A model on the board. `why` says why it answers as it does; `classes` is empty of one that knows none."""

    id: str
    name: str
    title: str
    why: str
    subject: Subject | None
    mean: tuple[float, ...] = (0.5, 0.5, 0.5)
    std: tuple[float, ...] = (0.25, 0.25, 0.25)
    classes: tuple[str, ...] = ()
    problem: str = ""  # why it cannot be tested


def model_name(run: Weighted) -> str:
    """A run's model in a few words, with its positions where it has a choice of them."""
    model, places = run.title.split(" on ")[0], run.config.get("positions")
    return f"{model}, {'no' if places == 'none' else places} positions" if places else model


def board_data(picture: Shown, patch: int, order: str, stamp: int, cards: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The message for a shuffle board: the picture as it is, the order of its patches as text, and a card a model.

    `stamp` counts the orders that did not come from the browser: with another one the board takes `order` for its own.
    """
    pixels = packed_picture(picture.pixels)
    return {"pixels": pixels, "patch": patch, "order": order, "stamp": stamp, "cards": list(cards)}


@dataclass(frozen=True, eq=False)
class Examined:
    """What the shuffle test found of one model; probabilities (K,) of the shuffled picture and of the picture where it knows classes."""

    report: ShuffleReport | None = None
    probabilities: tuple[np.ndarray, ...] = ()
    problem: str = ""  # why it was refused


def card(reader: Reader, examined: Examined, label: str, compared: str) -> dict[str, Any]:
    """The card of one model on a picture of the class `label`; with the reason instead of numbers where there are none."""
    empty = {
        "id": reader.id, "name": reader.name, "title": reader.title, "value": None, "tolerance": None, "tokens": "",
        "verdict": "", "look": "", "bars": [], "why": "",
    }  # fmt: skip
    report = examined.report
    if report is None:
        return {**empty, "said": examined.problem}
    value = largest(report, compared)
    return {
        **empty,
        "value": value,
        "tolerance": report.tolerance,
        "said": said(report, value, compared),
        "tokens": tokens(report, reader.subject.lead),
        "verdict": MARKS[report.verdict][1] if report.moved else NOT_MOVED,
        "look": report.verdict if report.moved else "",
        "why": reader.why,
        "bars": bars(reader.classes, *examined.probabilities, label) if examined.probabilities else [],
    }


def largest(report: ShuffleReport, compared: str) -> float:
    """The largest difference of the outputs, or of their mean; of one answer there is only that."""
    return report.max_abs_diff if compared == "tokens" and report.plain.dim() == 3 else report.pooled_diff


def said(report: ShuffleReport, value: float, compared: str) -> str:
    """The numbers of a report in words."""
    if report.plain.dim() == 2:
        what = "The answers with and without the shuffle are"
    else:
        what = "After undoing the shuffle, the outputs are" if compared == "tokens" else "The means of the outputs are"
    same = agreement(value) if value <= report.tolerance else f"different by up to {number(value, 2)}"
    return f"{what} {same} ({str(report.dtype).removeprefix('torch.')}; tolerance {power(report.tolerance)})."


def tokens(report: ShuffleReport, lead: int) -> str:
    """The difference of each patch's output as base64 of float32; empty where one answer comes out. A class token is left out."""
    return packed(report.per_token[lead:].numpy())


def bars(classes: Sequence[str], before: np.ndarray, after: np.ndarray, label: str) -> list[dict[str, Any]]:
    """The most probable classes after the shuffle, among them that of before."""
    (was,), shown = top_classes(before, 1), top_classes(after, SHOWN)
    if was not in shown:
        shown = [*shown[:-1], was]
    return [answer_bar(classes, k, after, before, shown[0], label if label in classes else "") for k in shown]


def survival_html(rows: Mapping[str, Survival]) -> str:
    """A table: a row a model, a column a kind of shuffle."""
    kinds = list(next(iter(rows.values())).verdicts)
    head = "".join(f'<th scope="col">{escape(kind)}</th>' for kind in kinds)

    def cell(verdict: str) -> str:
        mark, word = MARKS[verdict]
        return f'<td class="{verdict}" title="{word}" aria-label="{word}">{mark}</td>'

    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(map(cell, found.verdicts.values()))}<td>{GROUPS[found.group]}</td></tr>'
        for name, found in rows.items()
    )
    return (
        f'<div class="lab-scroll"><table class="lab-table lab-survival"><thead><tr><th scope="col">model</th>{head}'
        f'<th scope="col">survives</th></tr></thead><tbody>{body}</tbody></table></div>'
    )
