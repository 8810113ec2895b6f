"""A recurrent cell that reads a sequence: its diagram with the part at work lit, the equation in letters and in numbers, and every gate and
state over time.

    edits = edits_sent(key="cell_board", setup=setup)          # what the browser has replaced, before anything is computed
    cell_board(cell_data(reading, setup=setup, edits=edits), key="cell_board")

What follows playing, stepping, scrubbing, pointer and keys happens in the browser on data that is sent once; it also keeps the run before
as a ghost. Only a number that somebody replaces goes to the server, and the view once it has come to rest, for the page's link.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.checks import Check, Fields, Number, OneOf, Whole
from core.probes.recurrence.cell_by_hand import LARGEST, MOST_EDITS, Edit, Reading
from dashboard.kit.component import component
from dashboard.kit.messages import sent
from dashboard.kit.packed import packed

HTML = """<div class="cellb">
  <div class="cellb-bar">
    <div class="cellb-tabs" role="group" aria-label="View">
      <button type="button" data-tab="step">Step by step</button><button type="button" data-tab="hand">By hand</button></div>
    <button type="button" data-act="play" class="main">Play</button>
    <button type="button" data-act="part" title="The next part of the cell; after the last one, the next step">Next part</button>
    <input class="cellb-scrub" type="range" min="1" step="1" aria-label="Step t">
    <b class="cellb-t"></b>
  </div>
  <div class="cellb-step">
    <div class="cellb-left"><div class="cellb-diagram"></div>
      <div class="cellb-strips"><canvas tabindex="0" role="slider" aria-valuenow="1"
        aria-label="Inputs, gates and states over time: arrow keys left, right for the step, up, down for the unit"></canvas></div></div>
    <div class="cellb-right">
      <div class="cellb-told"><div class="cellb-equations" role="group" aria-label="Equations: choose a part"></div>
        <div class="cellb-numbers"></div></div>
      <div class="cellb-side"><canvas class="cellb-lines" role="img" aria-label="The unit over time"></canvas>
        <canvas class="cellb-picture" role="img" aria-label="The picture" hidden></canvas>
        <p class="cellb-words"></p></div></div>
  </div>
  <div class="cellb-walk" hidden></div>
  <form class="cellb-edit" aria-label="Replace a number">
    <span>Replace</span><select name="array" aria-label="Array"></select><select name="row" aria-label="Row"></select>
    <select name="column" aria-label="Column"></select>
    <input name="value" type="text" inputmode="decimal" aria-label="New value" autocomplete="off">
    <input class="scrub" name="slide" type="range" min="-3" max="3" step="0.05" aria-label="New value, by slider">
    <button type="button" data-act="undo">Undo</button><button type="button" data-act="clear">Clear</button>
    <button type="button" data-act="save" title="Inputs, gates and states over time as a picture">PNG</button>
    <output></output>
  </form>
</div>"""

_mount = component(__file__, HTML)


def view_sent(*, key: str) -> dict[str, Any]:
    """What the browser looks at, of {"t", "unit", "tab", "rows"}, each counted from 1. There may be fewer steps and units by now."""
    found = sent(key, "view", Fields(SEEN, free=SEEN)) or {}
    return {name: value for name, value in found.items() if value is not None}


def edits_sent(*, key: str, setup: str) -> tuple[Edit, ...] | None:
    """The numbers that the browser has replaced in `setup`; None if it has said nothing of it. What makes no sense is left out."""
    found = sent(key, "edits", Fields({"setup": OneOf((setup,)), "edits": _Edits()}))
    return found and found["edits"]


@dataclass(frozen=True)
class _Edits(Check):
    """Those of a list's first edits [array, row, column, value] that are some."""

    def __call__(self, value: Any) -> tuple[Edit, ...] | None:
        if not isinstance(value, list):
            return None
        four = [one for one in value[:MOST_EDITS] if isinstance(one, list) and len(one) == len(EDIT)]
        found = [[check(part) for check, part in zip(EDIT, one, strict=True)] for one in four]
        return tuple(
            Edit(ARRAY_NAMES[array], *place_and_value) for array, *place_and_value in found if None not in (array, *place_and_value)
        )


ARRAY_NAMES = {"x": "inputs", "wi": "weight_ih", "wh": "weight_hh", "bi": "bias_ih", "bh": "bias_hh", "h0": "hidden0", "c0": "cell0"}
EDIT = (OneOf(ARRAY_NAMES), Whole(0), Whole(0), Number(-LARGEST, LARGEST))  # array, row, column, value
SEEN = {"t": Whole(1), "unit": Whole(1), "tab": OneOf(("step", "hand")), "rows": Whole(1)}  # more than there are is cut


def cell_data(
    reading: Reading,
    *,
    setup: str,
    edits: Sequence[Edit],
    view: Mapping[str, Any],
    second: Reading | None = None,
    picture: str = "",
    side: int = 0,
    backward: bool = False,
) -> dict[str, Any]:
    """What the browser needs of one sequence, and of a `second` row of the batch if it is looked at.

    `setup` tells one set-up from another: edits belong to one. `view` is where a link opens the board. With a `picture` (a data URI) the
    steps are its patches, `side` in a row, from the last one to the first if `backward`.
    """
    short = {name: letter for letter, name in ARRAY_NAMES.items()}
    given = {"x": reading.inputs, **dict(zip(("wi", "wh", "bi", "bh"), reading.cell.weights, strict=True))}
    given |= {short[name]: state for name, state in reading.start.items()}
    return {
        "kind": reading.cell.kind,
        "T": len(reading.inputs),
        "C": reading.cell.inputs,
        "H": reading.cell.hidden,
        **_packed({**given, **reading.steps._asdict()}),
        "second": _packed({"x": second.inputs, **second.steps._asdict()}) if second else None,
        "setup": setup,
        "edits": [[short[edit.array], edit.row, edit.column, edit.value] for edit in edits],
        "most": MOST_EDITS,
        "largest": LARGEST,
        "view": dict(view),
        "picture": picture,
        "side": side,
        "backward": backward,
    }


def _packed(arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """All numbers one after the other; `parts` says how many of each."""
    numbers = np.concatenate([array.ravel() for array in arrays.values()])
    return {"parts": [[name, array.size] for name, array in arrays.items()], "numbers": packed(numbers)}


def cell_board(data: dict[str, Any], *, key: str) -> None:
    """Draw or update the board `key` from `cell_data`."""
    _mount(data=[data], key=key, on_view_change=lambda: None, on_edits_change=lambda: None)
