"""What the board of the page Recurrence against attention shows, as plain data and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from core.evaluation.pictures import mean_color
from core.probes.reading.change_of_mind import ChangeOfMind
from core.probes.reading.path_length import path_lengths
from core.readable import agreement, power
from dashboard.kit.packed import packed, packed_picture
from dashboard.kit.wording import ProofLine, escape, marked
from dashboard.pictures.answers import GREY, tokens_of
from dashboard.pictures.choose import Shown
from dashboard.pictures.reading import knew
from dashboard.runs.opened import Weighted
from dashboard.shell.words import counted

if TYPE_CHECKING:
    from core.probes.attention.cost import Cost
    from core.probes.reading.reading import ReadingCheck
    from core.probes.recurrence.counterparts import Counterpart
    from core.training.runs.checkpoint import OpenedModel

LENGTHS = {8: 16, 4: 64, 2: 256, 1: 1024}  # side of the patches of an image of 32 pixels -> their number T
LISTED = 6  # patches of a change of mind that are named by number; of more only their count
# What a model believes after t patches, in short and in full, by the way it reads and what a recurrent network reads out.
TOLD = {
    "recurrent last": "after t: its state hₜ",
    "recurrent mean": "after t: the mean of its states h₁ … hₜ",
    "bidirectional last": "after t: the last states of both directions over patches 1 … t",
    "bidirectional mean": "after t: both directions over patches 1 … t",
    "attention": "after t: class token and patches 1 … t",
}


class Reading(NamedTuple):
    """What one run makes of a picture; what was not searched yet is None."""

    run: Weighted
    epoch: int
    opened: OpenedModel
    way: str
    beliefs: np.ndarray  # (T + 1, K)
    known: int
    mind: ChangeOfMind | None


class Settled(NamedTuple):
    """From which patch on the answers to some pictures stay: the median, and how many pictures are settled by half of the patches."""

    images: int
    total: int
    median: float
    by_half: int


def message(picture: Shown, cards: Sequence[dict[str, Any]], notes: Sequence[str], view: Mapping[str, Any]) -> dict[str, Any]:
    """The message for a reading board: the picture, a card a reader, and the view (see `view_of`) it starts with."""
    return {
        "picture": picture.name,
        "pixels": packed_picture(picture.pixels),
        "label": picture.label,
        "readers": list(cards),
        "notes": [picture.caption, *notes],
        **view,
    }


def card(reading: Reading, label: str) -> dict[str, Any]:
    """What the board shows of a reader; `label` is the true class, where that is known."""
    total, classes = len(reading.beliefs) - 1, reading.opened.classes
    answer = int(reading.beliefs[-1].argmax())
    way = reading.way
    return {
        "id": reading.run.run_id,
        "name": reading.run.name,
        "told": f"{reading.run.title} · {tokens_of(reading.run.config)[1]} · epoch {reading.epoch + 1} · {TOLD[kind_of(reading)]}",
        "patch": reading.opened.model.embed.patch_size,
        "tokens": total,
        "way": way,
        "steps": path_lengths(way, total).tolist(),
        "classes": list(classes),
        "beliefs": packed(reading.beliefs),
        "answer": answer,
        "known": reading.known,
        "knew": knew(classes[answer], reading.known, total, right=classes[answer] == label),
        "color": mean_color(reading.opened),
        "mind": mind_card(reading.mind, classes),
        "problem": "",
    }


def failed_card(run: Weighted, problem: str) -> dict[str, Any]:
    """A reader that cannot read, and why."""
    patch, tokens = tokens_of(run.config)
    total = (32 // patch) ** 2 if patch else 1
    return {
        "id": run.run_id, "name": run.name, "told": f"{run.title} · {tokens}", "patch": patch or 32, "tokens": total, "way": "recurrent",
        "steps": path_lengths("recurrent", total).tolist(), "classes": [], "beliefs": "", "answer": 0, "known": 0, "knew": "",
        "color": GREY, "mind": mind_card(None, ()), "problem": problem,
    }  # fmt: skip


def kind_of(reading: Reading) -> str:
    """The row of `TOLD` and `EXPLAINED` for a reader."""
    return reading.way if reading.way == "attention" else f"{reading.way} {reading.opened.model.readout}"


def mind_card(mind: ChangeOfMind | None, classes: Sequence[str]) -> dict[str, Any]:
    """What would change a reader's mind: patches to erase, what it says then, and in words."""
    if mind is None:
        return {"patches": [], "after": "", "words": ""}
    if not mind.changed:
        words = (
            "No erased patch changes the answer"
            if mind.erased == mind.total
            else f"Even {mind.erased} erased patches do not change the answer"
        )
        return {"patches": [], "after": "", "words": f"{words} (chosen greedily)."}
    count, said = len(mind.patches), classes[mind.after]
    numbers = ", ".join(str(patch + 1) for patch in sorted(mind.patches))
    if count == 1:
        others = len(mind.singles) - 1
        more = (
            f" ({others} other patch{'es' * (others > 1)} would have the same effect)" if others else " (no other single patch does that)"
        )
        words = f"Erasing patch {numbers} makes it say {said}{more}."
    else:
        which = f": {numbers}." if count <= LISTED else "."
        words = f"No single patch can change that; erasing these {count} makes it say {said}{which}"
    return {"patches": list(mind.patches), "after": packed(mind.probabilities), "words": words}


def proof_line(checks: Sequence[ReadingCheck]) -> ProofLine | None:
    """What was compared, the largest differences, the tolerance and the verdict, over all runs."""
    if not checks:
        return None
    whole, alone, unread = (max(getattr(check, name) for check in checks) for name in ("whole", "alone", "unread"))
    says = marked(
        "for {}, the probabilities after t patches and those of the model run on these patches alone are {}",
        counted(len(checks), "runs"),
        agreement(max(whole, alone)),
    )
    figures = marked(
        "After all T patches the probabilities are the model's own answer: largest difference {}. After a quarter, a half and three "
        "quarters of the patches they are those of the model run on these patches alone: {}. Another second half of the picture changes "
        "the probabilities after the first half by {}. Tolerance {}.",
        power(whole),
        power(alone),
        power(unread),
        power(checks[0].tolerance),
    )
    return ProofLine(says, all(check.passed for check in checks), figures)


# ---- below the board ----


def layers_html(layers: Sequence[Counterpart]) -> str:
    """The layers as a table, a row each."""
    length = layers[0].taken[1]
    middle = length // 2
    head = "".join(
        f'<th scope="col">{title}</th>'
        for title in ("", "in (B, T, C)", "out", "parameters", "steps in a row", f"output 1, {middle}, {length} depends on")
    )
    rows = "".join(
        f'<tr><th scope="row"><code>{escape(layer.name)}</code></th><td>{_shape(layer.taken)}</td><td>{_shape(layer.given)}</td>'
        f"<td>{layer.parameters:,}</td><td>{layer.in_a_row}</td><td>{', '.join(map(str, layer.seen))} of {length} tokens</td></tr>"
        for layer in layers
    )
    return f'<div class="lab-scroll"><table class="lab-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _shape(shape: Sequence[int]) -> str:
    return f"({', '.join(map(str, shape))})"


def costs_html(costs: Mapping[str, Sequence[Cost]], powers: Mapping[str, tuple[float, float]]) -> str:
    """Time and memory as a table: a row for each length, two columns for each kind."""
    kinds = "".join(f'<th scope="colgroup" colspan="2">{escape(kind)}</th>' for kind in costs)
    units = "".join('<th scope="col">ms</th><th scope="col">kB</th>' for _ in costs)
    rows = "".join(
        f'<tr><th scope="row">T = {length:,}, patches of {patch} × {patch}</th>'
        + "".join(f"<td>{1000 * found[place].seconds:.3g}</td><td>{found[place].memory / 1000:,.0f}</td>" for found in costs.values())
        + "</tr>"
        for place, (patch, length) in enumerate(LENGTHS.items())
    )
    last = "".join(f"<td>T<sup>{time:.1f}</sup></td><td>T<sup>{memory:.1f}</sup></td>" for time, memory in powers.values())
    return (
        f'<div class="lab-scroll"><table class="lab-table"><thead><tr><th></th>{kinds}</tr><tr><th></th>{units}</tr></thead>'
        f'<tbody>{rows}<tr class="total"><th scope="row">grows like</th>{last}</tr></tbody></table></div>'
    )
