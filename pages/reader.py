"""The image reader: one recurrent network reads one picture, patch by patch; its state, its gates and what it believes on one scrub bar."""

from contextlib import suppress

import streamlit as st

from core.errors import LabError
from core.training.config import RunConfig
from dashboard import services, state
from dashboard.feed import choose_epoch, follow
from dashboard.foot import foot, try_this
from dashboard.live import page_link
from dashboard.opened import kept_epochs
from dashboard.pictures import choose_picture
from dashboard.reader import Seen, board, choose_run, explained, link_values, numbers, plane, proof, question

EXPERIMENTS = {
    "The ship in columns: why does it know so much sooner?": {"order": "columns", "t": "47"},
    "After one epoch: does the state move yet, and where to?": {"set": "shapes", "run": "recorded-shapes-gru", "epoch": "1"},
    "Two directions: an LSTM that also reads backwards": {"run": "recorded-cifar10-compare-lstm-0"},
}

LEGEND = (
    "Across: t, the patches read. Picture: the way of reading, and in grey what is not read yet. Curves: the probability of each class "
    "after t patches; green: the true class, blue or dashed orange: the final answer. Strips: a line a unit, sorted by its part in PC 1; "
    "blue above 0, orange below, gates from 0 to 1; h₀ is zeros. Green frame: what the head reads."
)

st.title("The image reader")
st.markdown(
    "A recurrent network reads a picture as a sentence, patch by patch. **What it knows of the picture, it carries along in its state.**"
)
state.values()
messages = st.container()
left, right = st.container(key="reader").columns([3, 9], gap="medium")
with left:
    run = choose_run()
    slider = st.container()
    picture = choose_picture(services.run(run.run_id).classes, first="ship")
for sentence in state.messages():
    messages.warning(sentence)
snapshot = services.run(run.run_id)
there, below = right.container(), right.container()
between, end = st.container(), st.container()


@st.fragment
def reading(seen: Seen) -> None:
    """What the browser says of its view; the rest of the page stays as it is."""
    try:
        view = board(seen)
    except LabError as error:  # a fragment that runs by itself is not under the entry script's care
        st.error(str(error))
        view = {}
    finish(link_values(run, seen.epoch, picture, view))


def finish(link: dict[str, str]) -> None:
    """The foot and the address bar."""
    with end:
        foot(snapshot, link=page_link(link), command=RunConfig.of(**snapshot.config).command())
    state.write_page(link)


try:
    kept = kept_epochs(run)
    with slider:
        epoch = choose_epoch(snapshot, list(kept))
    seen = Seen(run, epoch, kept[epoch], picture)
except LabError as error:
    there.error(str(error))
    finish(link_values(run, run.best, picture, {}))
else:
    with there:
        reading(seen)
    below.caption(LEGEND)
    with below, suppress(LabError):  # the board says what is wrong
        st.caption(f"{explained(seen)} {plane(seen)}")
        st.caption(proof(seen))
        numbers(seen)
with between:
    question()
    try_this(EXPERIMENTS)
follow(snapshot)
services.warm_up()
