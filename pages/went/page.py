"""Where it went: published transformers on one map, by what goes in, what comes out, mask, part, and what makes attention cheaper."""

import streamlit as st

from dashboard.shell import state
from dashboard.shell.foot import take_along, try_this
from dashboard.shell.page import board_page
from pages.went.about import ABOUT
from pages.went.controls import WentChoices, choose
from pages.went.panels import costs_panel, downloads, map_panel

state.values()


def around(choices: WentChoices) -> None:
    """What follows when the map has come to rest."""
    costs_panel(choices)
    downloads(choices)
    with end:
        take_along(choices.link, choices.code, language="python")
    state.write_page(choices.link)


there, below, end = (st.container() for _ in range(3))
with there:
    board_page("went", choose=choose, board=map_panel, around=around, widths=(1, 5))
with below:
    try_this(ABOUT.experiments)
    st.caption(
        "No data set and no training: the table says in our words what the papers say, and the pairs are counted by formula. Dates are "
        "those of the first public version. Read the papers before you quote them."
    )
