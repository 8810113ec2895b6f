"""Masks: who may read whom, what moves when a later token is replaced, and a decoder that cheats when it can look."""

import streamlit as st

from dashboard.shell import state
from dashboard.shell.choices import links
from dashboard.shell.foot import take_along, try_this
from dashboard.shell.page import board_page
from dashboard.training.lessons import lesson_part
from pages.masks.about import ABOUT
from pages.masks.controls import EXTRA, SEED, MaskChoices, choose
from pages.masks.lessons import active, cheating_panel
from pages.masks.panels import board_panel, downloads, empty_panel, padding_panel, proof_panel, trap_panel

LEGEND = (
    "Blue means that the position of the row may read that of the column; ⊢ is the beginning, · is padding. The dashed token is "
    "replaced, and the bars show how far each output moves: orange where it stands before that token."
)
state.values()


def around(asked: MaskChoices) -> None:
    """What follows when the matrices have come to rest."""
    st.caption(LEGEND)
    proof_panel(asked)
    downloads(asked)
    with trap:
        trap_panel(asked)
    with padding:
        padding_panel(asked)
    with end:
        take_along(link_of(asked), asked.code, language="python")
    state.write_page(link_of(asked))


def link_of(asked: MaskChoices) -> dict[str, str]:
    """What a link to the whole page says."""
    return {**asked.link, **links(EXTRA, SEED)}


there, trained, trap, padding, below, end = (st.container() for _ in range(6))
with there:
    asked = board_page("masks", choose=choose, board=board_panel, around=around, name_of=lambda asked: (asked.link, asked.problem))
with trained:
    lesson_part(cheating_panel, active, lambda: state.write_page(link_of(asked.value)))
with below:
    empty_panel()
    try_this(ABOUT.experiments)
    st.caption(
        "No data set: the sentences are typed, the words are the lab's own list, and the weights are drawn with seeds (server's CPU; "
        "matrices in float64, trainings in float32)."
    )
