"""What the instructor does: put a question, open its next phase, close it. Each step asks for the right to it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.classroom.poll import AGAIN, CLOSED, DISCUSS, EXPERIMENT, PHASES, PREDICT, REVEAL, Poll
from core.classroom.questions.table import QUESTIONS
from core.classroom.rights import Act
from dashboard.shell import services, show, visitor
from dashboard.shell.notices import said_above
from pages.vote.controls import question_choice
from pages.vote.deciding import read_runs
from pages.vote.view import decided_words, question_html

NEXT = {
    PREDICT: ("Discuss", "No more predictions are taken. Everybody reads with whom to speak."),
    DISCUSS: ("Experiment", "What decides the question is measured or trained before all eyes."),
    EXPERIMENT: ("Vote again", "Everybody answers once more."),
    AGAIN: ("Reveal", "Both votes, who changed, and what was measured. No more answers are taken."),
}


def put_question() -> None:
    """The list of questions, the one that is chosen, and the button that puts it to the class."""
    question = QUESTIONS[question_choice()]
    st.html(question_html(question))
    show.caption(decided_words(question))
    st.button("Ask the class", key="vote_open", type="primary", icon=":material/campaign:", on_click=_open, args=(question.id,))


def _open(name: str) -> None:
    with said_above():
        visitor.require(Act.ASK)
        services.classroom().polls.open(name)


def next_step(poll: Poll, view: dict[str, Any]) -> None:
    """The button of the next phase, that which closes, and how many have answered: never what."""
    if step := NEXT.get(poll.phase):
        label, help = step
        look = {"type": "primary", "icon": ":material/arrow_forward:", "help": show.label(help)}
        key = f"vote_next_{poll.id}_{poll.phase}"
        st.button(show.label(label), key=key, on_click=_advance, args=(poll.id, poll.phase), **look)
    st.button("Close", key=f"vote_close_{poll.id}", icon=":material/close:", on_click=_close, args=(poll.id,))
    if poll.round:
        people = len(services.classroom().presence.here())
        here = f" of {people}" if people > view["answered"] else ""
        show.caption(f"{view['answered']}{here} have answered.")


def _advance(poll: int, phase: str) -> None:
    """Go on from a phase: a second press of the same button, or one of an old page, does nothing."""
    with said_above():
        visitor.require(Act.ASK)
        polls, to = services.classroom().polls, PHASES[PHASES.index(phase) + 1]
        if to == REVEAL:
            read_runs(poll)
        polls.advance(poll, to)


def _close(poll: int) -> None:
    with said_above():
        visitor.require(Act.ASK)
        services.classroom().polls.advance(poll, CLOSED)
