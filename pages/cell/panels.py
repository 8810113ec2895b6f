"""The panels of the page The cell: the board, what is measured on its numbers, and how they are taken along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.probes.recurrence.cell_by_hand import Edit, Reading, parse_edits
from core.readable import agreement, number, power
from dashboard.kit.wording import ProofLine, marked
from dashboard.shell import show, state
from dashboard.shell.choices import Kept
from dashboard.shell.download import download
from dashboard.shell.foot import take_along
from dashboard.shell.words import counted
from pages.cell.board import cell_board, cell_data, edits_sent, view_sent
from pages.cell.choices import EDITS, VIEW, CellChoices
from pages.cell.lookups import course_facts
from pages.cell.view import numbers_csv

BOARD = "cell_board"
FIRST_STEP = 3  # where the page opens
LINKED = Kept("cell", "linked")  # the set-up that the edits of the link belong to


@dataclass(frozen=True, eq=False)
class BoardReading:
    """What is on the board."""

    reading: Reading
    second: Reading | None  # the second row of the batch, if it is looked at
    link: Mapping[str, str]  # what a link says of edits and view

    @property
    def rows(self) -> tuple[Reading, ...]:
        return (self.reading, self.second) if self.second else (self.reading,)


def board_panel(choices: CellChoices) -> BoardReading:
    """The board with the numbers that were replaced; returns what is on it."""
    edits = edits_sent(key=BOARD, setup=choices.setup)
    if edits is None:
        state.note_linked(LINKED.key)  # another link may come in the same session
        if (LINKED.value or LINKED.keep(choices.setup)) != choices.setup:
            EDITS.set("")  # they were those of another cell
        edits = _linked_edits()
    reading = choices.reading.edited(edits)
    steps, units = len(reading.inputs), reading.cell.hidden
    seen = {name: choice.value for name, choice in VIEW.items()} | view_sent(key=BOARD)
    view = {
        "t": min(seen["t"] or FIRST_STEP, steps),
        "unit": min(seen["unit"] or 1, units),
        "tab": seen["tab"] or "step",
        "rows": min(seen["rows"] or 1, 2),
    }
    second = reading.second() if view["rows"] == 2 else None
    looks = {"picture": choices.picture, "side": choices.side, "backward": choices.backward}
    cell_board(cell_data(reading, second=second, setup=choices.setup, edits=edits, view=view, **looks), key=BOARD)
    first = {"t": min(FIRST_STEP, steps), "unit": 1, "tab": "step", "rows": 1}
    link = {choice.name: "" if view[name] == first[name] else str(view[name]) for name, choice in VIEW.items()}
    return BoardReading(reading, second, {**link, "edits": ",".join(map(str, edits))})


def _linked_edits() -> tuple[Edit, ...]:
    """The edits of the link; what of them makes no sense is left out, and said."""
    edits = parse_edits(EDITS.value)
    if EDITS.value and len(edits) < len(EDITS.value.split(",")):
        state.refuse("edits", "Some of the link's edits cannot be read and are left out: write x.3.0:0.5 to set x₃,₀ to 0.5.")
    return edits


def proof_panel(shown: BoardReading) -> None:
    """The proof line for the numbers on the page."""
    from core.probes.recurrence.cell_proof import check_cell  # brings torch: after the picture has been sent

    report = check_cell(*shown.rows)
    title = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}[report.kind]
    stand_in, batch = "", f"{report.rows} rows of a batch, " if report.rows > 1 else ""
    if shown.reading.cell.kind == "gru2014":
        stand_in = (
            " torch has no GRU of 2014, so both are compared with the reset gate held open and the sign of z's weights changed, where they "
            "must agree."
        )
    says = marked(
        "the states of the lab's equations and those of torch's nn.{}Cell and nn.{} are {}",
        title,
        title,
        agreement(max(report.cell, report.layer)),
    )
    figures = marked(
        "Largest difference over {}{}, float64: from nn.{}Cell step by step {}, from nn.{} over the whole sequence {}. Tolerance {}.{}",
        batch,
        counted(report.steps, "steps"),
        title,
        power(report.cell),
        title,
        power(report.layer),
        power(report.tolerance),
        stand_in,
    )
    show.proof(ProofLine(says, report.passed, figures))


def forms_panel(reading: Reading) -> None:
    """The GRU of 2014 against torch's, measured on the sequence of the page."""
    if not reading.cell.kind.startswith("gru"):
        return
    from core.probes.recurrence.cell_proof import compare_forms

    report = compare_forms(reading)
    show.caption(
        marked(
            "With the same weights, the states of the two GRUs differ by up to **{}** on this sequence (at step {}). Give z the same "
            "meaning in both, and a difference of **{}** remains: it comes from where the reset gate acts. With the reset gates held "
            "open as well, the states are {}.",
            number(report.as_they_are, 2),
            report.at,
            number(report.roles_matched, 2),
            agreement(report.reset_open),
        )
    )


def course_panel() -> None:
    """Task 1.2 at the course's own sizes."""
    facts = course_facts()
    shapes = " → ".join(f"{name} {shape}" for name, shape in facts.items() if name != "difference")
    show.caption(
        marked(
            "Task 1.2 at the course's sizes, C = 7, H = 5, B = 2: {}. The new state and that of nn.GRUCell are {} (float64). "
            "`from core.models.cells import gru_cell`",
            shapes,
            agreement(facts["difference"]),
        )
    )


def foot(choices: CellChoices, reading: Reading, link: Mapping[str, str]) -> None:
    """Where the numbers come from, and how to take them along."""
    help = "One line for each step: inputs, affine maps, gates, states."
    download("Numbers as CSV", lambda: numbers_csv(reading), f"{reading.cell.kind}.csv", key="cell_csv", help=help)
    show.caption(
        f"{choices.words} · n = 1 sequence of {len(reading.inputs)} steps, C = {reading.cell.inputs}, H = {reading.cell.hidden} · "
        f"{choices.split} · NumPy {np.__version__}, float64, on the server's CPU"
    )
    edits = link.get("edits", "")
    code = choices.code + (
        f"\nprint(reading.edited(parse_edits({edits!r})).steps.hidden.round(3))  # with what was replaced" if edits else ""
    )
    take_along(link, code, language="python")
