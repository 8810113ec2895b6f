"""The cell: one step of an RNN, LSTM or GRU with every number in sight, over a sequence, and by hand."""

import streamlit as st

from dashboard.shell import show, state
from dashboard.shell.choices import Kept
from dashboard.shell.foot import try_this
from dashboard.shell.page import fragment
from dashboard.shell.settled import announce, rerun_when_settled
from pages.cell.choices import CellChoices
from pages.cell.controls import choose
from pages.cell.panels import board_panel, course_panel, foot, forms_panel, proof_panel, question

CHOSEN, SHOWN = Kept("cell", "chosen"), Kept("cell", "shown")  # what the controls say; what is on the board

EXPERIMENTS = {
    "Task 1.2 at the course's own sizes: compute the step by hand": {
        "inputs": "7",
        "hidden": "5",
        "t": "2",
        "view": "hand",
        "batch": "2",
    },
    "A pulse and then silence: for how long does an LSTM remember it?": {
        "cell": "lstm",
        "sequence": "pulse",
        "steps": "32",
        "hidden": "4",
        "scale": "1",
    },
    "A trained GRU reads a heart, patch by patch": {
        "weights": "run",
        "run": "recorded-shapes-gru",
        "epoch": "17",
        "t": "20",
        "unit": "3",
    },
}

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
def around() -> None:
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


with main:
    lab()
    st.caption(LEGEND)
    around()
course_panel()
question()
try_this(EXPERIMENTS)
