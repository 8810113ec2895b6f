"""Where it went: published transformers on one map, by what goes in, what comes out, mask, part, and what makes attention cheaper."""

import streamlit as st

from core.errors import LabError
from dashboard.shell import show, state
from dashboard.shell.foot import take_along, try_this
from dashboard.shell.link import page_link
from dashboard.shell.settled import announce, rerun_when_settled
from pages.went.panels import choose, costs_panel, downloads, map_panel, question

EXPERIMENTS = {
    "Who needs the subsequent mask? Only what writes one token after the other": {"mask": "subsequent", "system": "igpt"},
    "A document of 65,536 tokens: what a window saves": {"T": "65536", "system": "longformer"},
    "One image, read by ViT and by PVT's first stage": {"field": "images", "T": "4096", "system": "pvt"},
}

ASKED = "went_asked"  # what the controls say

st.title("Where it went")
st.markdown(
    "All of these grew from the block that you have built. **They differ in what goes in, what comes out, and which pairs may be read.**"
)
state.values()


@st.fragment
def lab() -> None:
    """A control, or a click on the map, and what it changes at once."""
    try:
        left, right = st.container(key="lab").columns([1, 5], gap="medium")
        with left:
            asked = st.session_state[ASKED] = choose()
        with right:
            map_panel(asked)
        announce(str(asked.link), key="went")
    except LabError as error:  # a fragment that runs by itself is not under the entry script's care
        show.error(error)


@st.fragment
def around() -> None:
    """What follows when the map has come to rest."""
    rerun_when_settled(key="went")
    try:
        asked = st.session_state[ASKED]
        costs_panel(asked)
        downloads(asked)
        with end:
            take_along(page_link(asked.link), asked.code, language="python")
        state.write_page(asked.link)
    except LabError as error:
        show.error(error)


there, below, end = (st.container() for _ in range(3))
with there:
    lab()
    around()
with below:
    question()
    try_this(EXPERIMENTS)
    st.caption(
        "No data set, nothing trained: what papers say, in our words, and pairs counted by formula. Dates are those of the first public "
        "version. Read the papers before you quote them."
    )
