"""The parts of the page GRU against transformer that run by themselves: controls with their pictures, and what follows from them."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.shell import state
from dashboard.shell.choices import Kept
from dashboard.shell.foot import take_along
from dashboard.shell.page import fragment
from dashboard.shell.settled import announce, rerun_when_settled
from dashboard.shell.viewers import tick_seconds
from dashboard.training import contest
from pages.versus.charts import learning_panel, lengths_panel, name_of, standing, status
from pages.versus.controls import choose, chosen
from pages.versus.panels import numbers_panel, proof_panel, seeds_panel

COMPARED = Kept("versus", "compared")  # what the controls say, and what stands for it


def lab() -> None:
    """Controls and pictures; they look by themselves while something is still to come."""
    now = contest.moving(standing(chosen()).values())
    fragment(_compared, run_every=tick_seconds() if now else None)(now)


def _compared(ticking: bool) -> None:
    """Controls and pictures; has the page run again when looking by itself, which is `ticking`, is to begin or to end."""
    left, right = st.container(key="lab").columns([1, 4], gap="medium")
    with left:
        choices = choose()
        shown = standing(choices)
        COMPARED.keep((choices, shown))
        contest.attend(shown.values())
        contest.measure(shown.values())
        contest.steer(list(shown.values()), key="versus")
        status(shown)
    with right:
        lengths_panel(choices, shown)
        learning_panel(choices, shown)
    announce(name_of(choices, shown), key="versus")
    if ticking != contest.moving(shown.values()):
        st.rerun()


@fragment
def around(end: DeltaGenerator) -> None:
    """What follows when the pictures have come to rest."""
    rerun_when_settled(key="versus")
    if COMPARED.value is None:  # the pictures say why
        return
    choices, shown = COMPARED.value
    numbers_panel(choices, shown)
    proof = st.container()
    seeds_panel(choices)
    with end:
        take_along(choices.link, choices.code)
    state.write_page(choices.link)
    with proof:
        proof_panel(choices, shown)  # brings torch: after all that is there at once
