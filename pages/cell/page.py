"""The cell: one step of an RNN, LSTM or GRU with every number in sight, over a sequence, and by hand."""

import streamlit as st

from core.errors import LabError
from dashboard.shell import show, state
from dashboard.shell.foot import try_this
from dashboard.shell.settled import announce, rerun_when_settled
from pages.cell.controls import choose
from pages.cell.one_cell import Asked, board, link_of
from pages.cell.panels import course_panel, foot, forms_panel, proof_panel, question

ASKED, SHOWN = "cell_asked", "cell_shown"  # what the controls say; what is on the board

EXPERIMENTS = {
    "Task 1.2 at the course's own sizes: compute the step by hand": {
        "inputs": "7", "hidden": "5", "t": "2", "view": "hand", "batch": "2",
    },
    "A pulse and then silence: for how long does an LSTM remember it?": {
        "cell": "lstm", "sequence": "pulse", "steps": "32", "hidden": "4", "scale": "1",
    },
    "A trained GRU reads a heart, patch by patch": {
        "weights": "run", "run": "recorded-shapes-gru", "epoch": "17", "t": "20", "unit": "3",
    },
}  # fmt: skip

LEGEND = (
    "Strips: a column a step, a row a unit; blue is above 0, orange below, and each strip's own range stands at its right. Click one, or "
    "use the arrow keys, for another step and unit; click an input, or a weight under By hand, to replace it: a violet line under each "
    "strip then says which steps have changed since the run before, and dashed lines are that run. ⊙ multiplies unit by unit; h₀ is zero "
    "until you replace it."
)

st.title("The cell")
st.markdown("A recurrent network is **one small formula, applied again at every step** to the next input and to its own last state.")
state.values()
main, end = st.container(key="cell"), st.container()


@st.fragment
def picture(asked: Asked) -> None:
    """The board alone: a number that is replaced moves nothing else."""
    try:
        found = st.session_state[SHOWN] = board(asked)
        announce(f"{asked.setup} {asked.link} {found.link}", key="cell")
    except LabError as error:  # a fragment that runs by itself is not under the entry script's care
        show.error(error)


@st.fragment
def lab() -> None:
    """The controls, and the picture that they make: nothing else keeps it waiting."""
    left, right = st.columns([4, 11], gap="medium")
    try:
        with left:
            asked = st.session_state[ASKED] = choose()
        for sentence in asked.notes:
            show.warning(sentence, at=right)
        with right:
            picture(asked)
    except LabError as error:
        show.error(error)


@st.fragment
def around() -> None:
    """What follows when the board has come to rest."""
    rerun_when_settled(key="cell")
    if ASKED not in st.session_state or SHOWN not in st.session_state:  # the picture says why
        return
    asked, found = st.session_state[ASKED], st.session_state[SHOWN]
    try:
        proof_panel(found)
        forms_panel(found.reading)
        link = link_of(asked, found.link)
        with end:
            foot(asked, found.reading, link)
        state.write_page(link)
    except LabError as error:
        show.error(error)


with main:
    lab()
    st.caption(LEGEND)
    around()
course_panel()
question()
try_this(EXPERIMENTS)
