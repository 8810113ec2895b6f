"""Home: a picture on its way through the lab, a first run, and the map of the unit."""

import streamlit as st

from dashboard.shell import state
from dashboard.shell.foot import try_this
from dashboard.shell.page import fragment
from pages.home.about import ABOUT
from pages.home.controls import choose
from pages.home.panels import map_panel, overview_panel, start_panel

state.values()


@fragment
def picture() -> None:
    """The controls, and the picture that follows them."""
    choices = choose()
    with st.container(key="home_overview"):
        overview_panel(choices)
    state.write_page(choices.link)


picture()
start_panel()
map_panel()
try_this(ABOUT.experiments)
st.caption(
    "The picture is a drawn shape of the lab's own data set, and both networks are recorded runs on such shapes: what moves is what they "
    "computed of it. The colours of tokens and states are blue above 0 and orange below."
)
