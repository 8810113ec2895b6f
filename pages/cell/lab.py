"""The parts of the page The cell that run by themselves: the controls, the board inside them, and what follows when it rests."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.shell import show, state
from dashboard.shell.choices import Kept
from dashboard.shell.page import fragment
from dashboard.shell.settled import announce, rerun_when_settled
from pages.cell.choices import CellChoices
from pages.cell.controls import choose
from pages.cell.panels import board_panel, foot, forms_panel, proof_panel

CHOSEN, SHOWN = Kept("cell", "chosen"), Kept("cell", "shown")  # what the controls say; what is on the board


@fragment
def picture(choices: CellChoices) -> None:
    """The board alone: a number that is replaced moves nothing else."""
    shown = SHOWN.keep(board_panel(choices))
    announce(f"{choices.setup} {choices.link} {shown.link}", key="cell")


@fragment
def lab() -> None:
    """The controls, and the picture that they make: nothing else keeps it waiting."""
    left, right = st.columns([4, 11], gap="medium")
    with left:
        choices = CHOSEN.keep(choose())
    for sentence in choices.notes:
        show.warning(sentence, at=right)
    with right:
        picture(choices)


@fragment
def around(end: DeltaGenerator) -> None:
    """What follows when the board has come to rest."""
    rerun_when_settled(key="cell")
    choices, shown = CHOSEN.value, SHOWN.value
    if choices is None or shown is None:  # the picture says why
        return
    proof_panel(shown)
    forms_panel(shown.reading)
    link = {**choices.link, **shown.link}
    with end:
        foot(choices, shown.reading, link)
    state.write_page(link)
