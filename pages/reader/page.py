"""The image reader: one recurrent network reads one picture, patch by patch; its state, its gates and what it believes on one scrub bar."""

from contextlib import suppress

import streamlit as st

from core.errors import LabError
from core.training.history import Snapshot
from dashboard.runs.choose import follow
from dashboard.runs.foot import foot
from dashboard.shell import services, show, state, visitor
from dashboard.shell.choices import Choice, Kept
from dashboard.shell.foot import try_this
from dashboard.shell.page import fragment
from dashboard.shell.settled import announce, rerun_when_settled
from pages.reader.controls import FIRST_RUN, choose
from pages.reader.panels import around_board, board, question

EXPERIMENTS = {
    "The ship in columns: why does it know so much sooner?": {"run": FIRST_RUN, "epoch": "14", "order": "columns", "t": "47"},
    "After one epoch: does the state move yet, and where to?": {"set": "shapes", "run": "recorded-shapes-gru", "epoch": "1"},
    "Two directions: an LSTM that also reads backwards": {"run": "recorded-cifar10-compare-lstm-0", "epoch": "8"},
}
SHOWN = Kept("reader", "shown")  # what the board shows, and which order it has got

st.title("The image reader")
st.markdown(
    "A recurrent network reads a picture as a sentence, patch by patch. **What it knows of the picture, it carries along in its state.**"
)
state.values()


@fragment
def reading() -> None:
    """Who reads what, and the board: a choice runs nothing else of the page."""
    left, right = st.container(key="reader").columns([3, 9], gap="medium")
    SHOWN.keep(None)
    try:
        with left:
            choices = choose()
        with right:
            SHOWN.keep((choices, board(choices)))
        announce(f"{choices.what} {choices.picture.label}", key="reader")
    except LabError as error:  # a fragment that runs by itself is not under the entry script's care
        show.error(error, at=right)
        announce(visitor.told(error), key="reader")


@fragment
def around(followed: Snapshot) -> None:
    """What follows when the board has come to rest. `followed` is the run whose new epochs the page waits for."""
    rerun_when_settled(key="reader")
    if SHOWN.value is None:  # the board says why
        return
    choices, order = SHOWN.value
    snapshot = services.run(choices.run.run_id)
    if snapshot.run_id != followed.run_id and (snapshot.active or followed.active):
        st.rerun()
    with suppress(LabError):  # the file may have gone meanwhile
        around_board(choices, order)
    with end:
        foot(snapshot, choices.link)
    state.write_page(choices.link)


there, between, end = (st.container() for _ in range(3))
with there:
    reading()
    followed = services.run(Choice("reader", "run").now)
    around(followed)
with between:
    question()
    try_this(EXPERIMENTS)
follow(followed)
