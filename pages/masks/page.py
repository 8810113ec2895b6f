"""Masks: who may read whom, what moves when a later token is replaced, and a decoder that cheats when it can look."""

import streamlit as st

from core.errors import LabError
from dashboard.shell import show, state
from dashboard.shell.foot import take_along, try_this
from dashboard.shell.link import page_link
from dashboard.shell.settled import announce, rerun_when_settled
from pages.masks.lessons import TICK, active, begin, cheating_panel, link
from pages.masks.panels import board_panel, choose, downloads, empty_panel, extra_link, padding_panel, proof_panel, trap_panel

EXPERIMENTS = {
    "Three layers: how far back does the mask that is off by one leak?": {"layers": "3"},
    "Padding at the start: rows that have nothing to read": {"pad": "3", "at": "start"},
    "Words for letters, no padding: four masks become two": {"text": "the cat sat on the mat", "pad": "0"},
}
LEGEND = (
    "Blue: the row's position may read the column's. ⊢ begins, · fills up. Dashed: the token that is replaced; at its right how far each "
    "output moves, orange where it stands before that token. The output at position t predicts position t + 1."
)
ASKED, MASKED = "masks_asked", "masks_link"  # what the controls of the matrices say; what a link says of them

st.title("Masks")
st.markdown("A decoder must not read what it is to write. **The subsequent mask hides it; take it away, and the model copies the answer.**")
state.values()
begin()


@st.fragment
def matrices() -> None:
    """A control of the matrices and what it changes at once."""
    try:
        left, right = st.container(key="lab").columns([1, 4], gap="medium")
        with left:
            asked = st.session_state[ASKED] = choose()
        with right:
            board_panel(asked)
        announce(str((asked.link, asked.problem)), key="masks")
    except LabError as error:  # a fragment that runs by itself is not under the entry script's care
        show.error(error)


@st.fragment
def around() -> None:
    """What follows when the matrices have come to rest."""
    rerun_when_settled(key="masks")
    try:
        asked = st.session_state[ASKED]
        st.caption(LEGEND)
        proof_panel(asked)
        downloads(asked)
        with trap:
            trap_panel(asked)
        with padding:
            padding_panel(asked)
        st.session_state[MASKED] = {**asked.link, **extra_link()}
        whole = {**st.session_state[MASKED], **link()}
        with end:
            take_along(page_link(whole), asked.code, language="python")
        state.write_page(whole)
    except LabError as error:
        show.error(error)


def training(ticking: bool) -> None:
    """What is trained on the page; with `ticking` it looks by itself, and has the page run again when that is to begin or to end."""
    try:
        cheating_panel()
        state.write_page({**st.session_state.get(MASKED, {}), **link()})
    except LabError as error:
        show.error(error)
    if ticking != active():
        st.rerun()


there, trained, trap, padding, below, end = (st.container() for _ in range(6))
with there:
    matrices()
    around()
with trained:
    now = active()
    st.fragment(training, run_every=TICK if now else None)(now)
with below:
    empty_panel()
    try_this(EXPERIMENTS)
    st.caption(
        "No data set: sentences that you type, words of the lab's own list, weights drawn with seeds; on the server's CPU, "
        "matrices in float64, lessons in float32."
    )
