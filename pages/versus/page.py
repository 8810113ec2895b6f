"""GRU against transformer: the same task for three models, and the bottleneck of one fixed vector."""

import streamlit as st

from dashboard.shell import state
from dashboard.shell.choices import Kept
from dashboard.shell.foot import take_along, try_this
from dashboard.shell.page import fragment
from dashboard.shell.settled import announce, rerun_when_settled
from dashboard.shell.viewers import tick_seconds
from dashboard.training import contest
from pages.versus.charts import learning_panel, lengths_panel, name_of, standing, status
from pages.versus.controls import begin, choose, chosen
from pages.versus.panels import numbers_panel, proof_panel, question, seeds_panel

EXPERIMENTS = {
    "A vector of 16 numbers: how short must a word be?": {"H": "16"},
    "Copy instead of reverse: what was read last is no longer written first. Does the vector mind?": {"task": "copy"},
    "Addition, which is not recorded: train all three and watch": {"task": "addition"},
}
COMPARED = Kept("versus", "compared")  # what the controls say, and what stands for it

st.title("GRU against transformer")
st.markdown(
    "Same pairs, same epochs, three models. **A GRU that hands over one fixed vector forgets long inputs; one that may look back, by "
    "attention, does not.** Inputs longer than trained are another matter."
)
state.values()
begin()


def lab(ticking: bool) -> None:
    """Controls and pictures; with `ticking` it looks by itself, and has the page run again when that is to begin or to end."""
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
def around() -> None:
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


there, rest, below, end = (st.container() for _ in range(4))
with there:
    now = contest.moving(standing(chosen()).values())
    fragment(lab, run_every=tick_seconds() if now else None)(now)
with below:
    question()
    try_this(EXPERIMENTS)
    st.caption(
        "Data: drawn by seed 0; 20,000 pairs to train on (fewer where a task has fewer), 1,000 to validate, 1,000 to test by length, and "
        "100 of each longer length."
    )
with rest:
    around()
