"""One cell on the page The cell: what its controls say, and its board."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

import streamlit as st

from core.probes.cell_by_hand import Edit, Reading, parse_edits
from dashboard.shell import state
from pages.cell.board import SEEN, cell_board, cell_data, edits_sent, view_sent

BOARD = "cell_board"
VIEW = {"t": "t", "unit": "unit", "tab": "view", "rows": "batch"}  # what the browser says of its view, and its name in a link
FIRST_STEP = 3  # where the page opens


@dataclass(frozen=True, eq=False)
class Asked:
    """What the controls say: the cell and its sequence, and how a link makes them again."""

    reading: Reading
    words: str  # where weights and inputs come from
    link: Mapping[str, str]
    code: str
    split: str = "no split and no epoch, for nothing is trained"
    picture: str = ""  # a data URI; its patches are the steps
    side: int = 0
    backward: bool = False  # the first step reads the last patch
    notes: tuple[str, ...] = field(default=())

    @property
    def setup(self) -> str:
        """Tells one set-up from another. Both forms of the GRU are one: an edit holds in both."""
        cell, inputs, start = self.reading.cell, self.reading.inputs, self.reading.start.values()
        told = f"{cell.kind.removesuffix('2014')} {inputs.shape} {cell.weight_hh.shape}".encode()
        return sha256(told + b"".join(array.tobytes() for array in (inputs, *cell.weights, *start))).hexdigest()[:12]


@dataclass(frozen=True, eq=False)
class Shown:
    """What is on the board."""

    reading: Reading
    second: Reading | None  # the second row of the batch, if it is looked at
    link: Mapping[str, str]  # what a link says of edits and view

    @property
    def rows(self) -> tuple[Reading, ...]:
        return (self.reading, self.second) if self.second else (self.reading,)


def board(asked: Asked) -> Shown:
    """The board with the numbers that were replaced; returns what is on it."""
    edits = edits_sent(key=BOARD, setup=asked.setup)
    if edits is None:
        edits = _linked_edits() if st.session_state.setdefault("cell_linked", asked.setup) == asked.setup else ()
    reading = asked.reading.edited(edits)
    steps, units = len(reading.inputs), reading.cell.hidden
    seen = {name: state.read(link, SEEN[name]) for name, link in VIEW.items()} | view_sent(key=BOARD)
    view = {
        "t": min(seen["t"] or FIRST_STEP, steps), "unit": min(seen["unit"] or 1, units), "tab": seen["tab"] or "step",
        "rows": min(seen["rows"] or 1, 2),
    }  # fmt: skip
    second = reading.second() if view["rows"] == 2 else None
    data = cell_data(
        reading, second=second, setup=asked.setup, edits=edits, view=view, picture=asked.picture, side=asked.side, backward=asked.backward
    )
    cell_board(data, key=BOARD)
    link = {
        "t": unless(min(FIRST_STEP, steps), view["t"]), "unit": unless(1, view["unit"]), "view": "hand" if view["tab"] == "hand" else "",
        "batch": unless(1, view["rows"]), "edits": ",".join(map(str, edits)),
    }  # fmt: skip
    return Shown(reading, second, link)


def unless(default: float, value: float) -> str:
    """A number as a link says it: not at all where the page opens so anyway."""
    return "" if value == default else f"{value:g}"


def _linked_edits() -> tuple[Edit, ...]:
    """The edits of the link; what of them makes no sense is left out, and said."""
    text = state.linked("edits", state.LONGEST)
    found = parse_edits(text)
    if text and len(found) < len(text.split(",")):
        state.refuse("edits", "Some of the link's edits make no sense and are left out: write x.3.0:0.5 to set x₃,₀ to 0.5.")
    return found


def link_of(asked: Asked, seen: Mapping[str, str]) -> dict[str, str]:
    """The query string of the whole page; lines of typed matrices are told apart by |."""
    return {name: value.replace("\n", "|") for name, value in {**asked.link, **seen}.items()}
