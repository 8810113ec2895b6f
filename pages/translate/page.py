"""Translate: an encoder-decoder reads an input of one's own and writes the output one token at a time, and what it reads on the way."""

import streamlit as st

from dashboard.runs.foot import facts
from dashboard.shell import services, state
from dashboard.shell.choices import Kept
from dashboard.shell.foot import take_along, try_this
from dashboard.shell.page import fragment
from dashboard.shell.settled import announce, rerun_when_settled
from dashboard.shell.viewers import tick_seconds
from dashboard.training.lessons import lesson_part
from pages.translate import long_inputs
from pages.translate.controls import TASK, begin, choose
from pages.translate.forcing import forcing_panel
from pages.translate.long_inputs import breaking_panel
from pages.translate.panels import LEGEND, beam_panel, board_panel, downloads, proof_panel, question, view_link
from pages.translate.training import active, training_panel

EXPERIMENTS = {
    "Longer than anything it was trained on: where does it break?": {
        "task": "reverse",
        "run": "recorded-reverse-transformer",
        "epoch": "7",
        "text": "abcdefghijklmnopqrst",
        "t": "13",
    },
    "The same word through one vector: two GRUs without attention": {"task": "reverse", "run": "recorded-reverse-gru", "epoch": "8"},
    "Four beginnings at once: the tree of a beam search": {
        "run": "recorded-dates-transformer",
        "epoch": "6",
        "text": "the 3rd of march",
        "how": "beam",
        "t": "4",
    },
}
ASKED = Kept("translate", "asked")  # what the controls say
TRANSLATION = Kept("translate", "translation")  # what the board shows
DRAWN_FOR = Kept("translate", "drawn_for")  # the task for which the whole page has been drawn

st.title("Translate")
st.markdown(
    "The encoder reads the whole input once: its output is the **memory**. The decoder writes one token at a time, and for each it reads "
    "the memory (**cross-attention**) and what it has written so far (**self-attention**)."
)
state.values()
DRAWN_FOR.take()
begin()


@fragment
def lab() -> None:
    """Controls, and the board that they make."""
    choices = ASKED.keep(choose())
    TRANSLATION.keep(board_panel(choices))
    announce(choices.name + str(view_link()), key="translate")


@fragment
def around() -> None:
    """What follows when the board has come to rest on another output."""
    rerun_when_settled(key="translate")
    choices, translation = ASKED.value, TRANSLATION.value
    if choices is None or translation is None:  # else the board says why
        return
    if DRAWN_FOR.value not in (None, choices.task):
        st.rerun()  # what is trained belongs to the task
    DRAWN_FOR.keep(choices.task)
    link = {**choices.link, **view_link()}
    if translation.written is not None:
        st.caption(LEGEND)
        proof_panel(translation)
        downloads(translation)
        beam_panel(translation)
        with below:
            forcing_panel(translation)
            question(translation)
    with end:
        if choices.run is not None:
            facts(services.run(choices.run.run_id))
        take_along(link, choices.code, language="python")
    state.write_page(link)


there, live, below, long, last, end = (st.container() for _ in range(6))
with there:
    lab()
    around()
with live:
    lesson_part(lambda: training_panel(TASK.value), active, every=tick_seconds())
with long:
    lesson_part(lambda: breaking_panel(TASK.value), long_inputs.active, every=tick_seconds())
with last:
    try_this(EXPERIMENTS)
