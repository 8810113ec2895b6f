"""The page Recurrence against attention: its board and proof, the two layers side by side, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import LabError
from dashboard.kit.wording import ProofLine
from dashboard.pictures.answers import NO_RUN, WAITING, knows
from dashboard.pictures.reading import EXPLAINED
from dashboard.shell import visitor
from dashboard.shell.choices import Kept
from dashboard.shell.torch_first import torch_first
from pages.reading.board import reading_board
from pages.reading.controls import BOARD, ReadingChoices, view_of
from pages.reading.lookups import check, layers, read
from pages.reading.view import LENGTHS, Reading, card, costs_html, failed_card, kind_of, layers_html, message, proof_line

if TYPE_CHECKING:
    from core.probes.attention.cost import Cost

SEARCHED = Kept("reading", "searched")  # the picture and the readers whose changes of mind have been searched for
COSTS = Kept("reading", "costs")


# ---- the board ----


def board(choices: ReadingChoices) -> dict[str, Any]:
    """The board; returns its view.

    Before torch is loaded it has no answers, and before the search for changes of mind none of these: then the page runs again.
    """
    picture, runs = choices.picture, choices.runs
    torch_first(lambda: reading_board(message(picture, [], [WAITING], view_of(0)), key=BOARD))
    wanted = (picture.pixels.tobytes(), tuple(run.run_id for run in runs))
    search = SEARCHED.value == wanted
    readings, cards, notes = [], [], {}
    for run in runs:
        try:
            readings.append(read(picture, run, search=search))
            cards.append(card(readings[-1], picture.label))
            if picture.label not in readings[-1].opened.classes:
                notes.setdefault(readings[-1].opened.classes, []).append(run.name)
        except LabError as error:
            cards.append(failed_card(run, visitor.told(error)))
    view = view_of(max((shown["tokens"] for shown in cards), default=0))
    words = [knows(names, classes) for classes, names in notes.items()] or ([] if runs else [NO_RUN])
    reading_board(message(picture, cards, words, view), key=BOARD)
    if not search:
        for reading in readings:
            with suppress(LabError):  # the next time its card says what is wrong
                read(picture, reading.run, search=True)
        SEARCHED.keep(wanted)
        st.rerun()
    return view


def explained(choices: ReadingChoices) -> str:
    """What "after t patches" means for the chosen readers."""
    return " ".join(EXPLAINED[kind] for kind in dict.fromkeys(kind_of(reading) for reading in _readings(choices)))


def proof(choices: ReadingChoices) -> ProofLine | None:
    """The proof line for what the runs say of the picture."""
    return proof_line([check(choices.picture, reading) for reading in _readings(choices)])


def _readings(choices: ReadingChoices) -> list[Reading]:
    """The readings of all runs that can read."""
    readings = []
    for run in choices.runs:
        with suppress(LabError):  # its card says what is wrong
            readings.append(read(choices.picture, run, search=False))
    return readings


# ---- the layers side by side ----


def layers_panel() -> None:
    """The encoder layer of torch.nn beside its GRU: the same shapes in and out."""
    st.header("The same shapes, another way between them")
    st.html(layers_html(layers()))
    st.caption(
        "The encoder layer can replace the GRU without changing a shape. What changes is which tokens can be read, and which steps must "
        "wait.",
        help="The last column is measured: an output depends on a token if its gradient there is not exactly 0 (random tokens (B, T, C) "
        "and weights, float64, eval mode).",
    )


# ---- what they cost ----


def cost_panel() -> None:
    """Time and memory by T, measured when somebody asks for it."""
    st.header("What reading costs by T")
    if st.button("Measure here and now", key="reading_measure", help="About two seconds."):
        with st.spinner("Measuring"):
            COSTS.keep(measured())
    if COSTS.value:
        st.html(costs_html(COSTS.value, exponents(COSTS.value)))
        st.caption(
            "The last row is the measured power of T: with 1 the cost grows like T, with 2 like T². Memory is computed: what is needed "
            "beyond inputs and outputs.",
            help="Measured is one forward pass over one sequence of embedding size 64 (attention with 4 heads), float32, one CPU thread, "
            "median of five.",
        )
    else:
        st.caption("A recurrent scan (nn.GRU), attention by hand with its T × T weights, and PyTorch's fused kernel, for T = 16 to 1,024.")


def measured() -> dict[str, list[Cost]]:
    """What each kind of reading costs for each of `LENGTHS`."""
    from core.probes.attention.cost import KINDS, measure_cost

    return {kind: [measure_cost(kind, length) for length in LENGTHS.values()] for kind in KINDS}


def exponents(costs: Mapping[str, Sequence[Cost]]) -> dict[str, tuple[float, float]]:
    """With which power of T the seconds and the bytes of each kind grow."""
    from core.probes.attention.cost import exponent

    return {
        kind: tuple(exponent([cost.length for cost in found], [getattr(cost, name) for cost in found]) for name in ("seconds", "memory"))
        for kind, found in costs.items()
    }
