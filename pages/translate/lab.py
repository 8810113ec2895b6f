"""The parts of the page Translate that run by themselves: the controls with their board, and what follows when it rests."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.runs.foot import facts
from dashboard.shell import services, state
from dashboard.shell.choices import Kept
from dashboard.shell.foot import take_along
from dashboard.shell.page import fragment
from dashboard.shell.settled import announce, rerun_when_settled
from pages.translate.controls import choose
from pages.translate.forcing import forcing_panel
from pages.translate.panels import LEGEND, beam_panel, board_panel, downloads, proof_panel, view_link

ASKED = Kept("translate", "asked")  # what the controls say
TRANSLATION = Kept("translate", "translation")  # what the board shows
DRAWN_FOR = Kept("translate", "drawn_for")  # the task for which the whole page has been drawn


@fragment
def lab() -> None:
    """Controls, and the board that they make."""
    choices = ASKED.keep(choose())
    TRANSLATION.keep(board_panel(choices))
    announce(choices.name + str(view_link()), key="translate")


@fragment
def around(below: DeltaGenerator, end: DeltaGenerator) -> None:
    """What follows when the board has come to rest on another output."""
    rerun_when_settled(key="translate")
    choices, translation = ASKED.value, TRANSLATION.value
    if choices is None or translation is None:  # else the board says why
        return
    if DRAWN_FOR.value not in (None, choices.task):
        st.rerun()  # what is trained belongs to the task
    DRAWN_FOR.keep(choices.task)
    link = {**choices.link, **view_link()}
    if translation.written is not None:
        st.caption(LEGEND)
        proof_panel(translation)
        downloads(translation)
        beam_panel(translation)
        with below:
            forcing_panel(translation)
    with end:
        if choices.run is not None:
            facts(services.run(choices.run.run_id))
        take_along(link, choices.code, language="python")
    state.write_page(link)
