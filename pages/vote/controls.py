"""The controls of the page Vote: which question is asked, and one's own answer. Each round of each poll has controls of its own."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.classroom.poll import Poll
from core.classroom.polls import MOST_REASON
from core.classroom.questions.answers import ChoiceAnswer, NumberAnswer
from core.classroom.questions.question import PARTS
from core.classroom.questions.table import QUESTIONS
from dashboard.shell.choices import Choice
from pages.vote.board import answer_sent

READ = "Whoever answered differently reads it while you discuss, under your pseudonym."
ASKED = Choice("vote", "question", tuple(QUESTIONS), first=next(iter(QUESTIONS)))


def question_choice() -> str:
    """The list of all questions, by the parts of the unit. It stands on the projector: their claims would give the answers away."""
    return ASKED.selectbox("Question", format_func=lambda name: f"{PARTS[QUESTIONS[name].part]}: {QUESTIONS[name].text}")


def board_key(poll: Poll) -> str:
    """The key of the board on which an answer is drawn."""
    return f"vote_board_{poll.id}_{poll.round}"


def reason_choice(poll: Poll) -> Choice:
    """The field for a reason."""
    return Choice("vote", f"reason_{poll.id}_{poll.round}", in_link=False)


def answer_choice(poll: Poll) -> Choice:
    """The widget of a choice or of a number."""
    options = tuple(poll.question.answer.options) if isinstance(poll.question.answer, ChoiceAnswer) else ()
    return Choice("vote", f"answer_{poll.id}_{poll.round}", options, first=None, in_link=False)


def drawn_answer(poll: Poll) -> None:
    """Draw the widget of a choice or of a number."""
    answering, choice = poll.question.answer, answer_choice(poll)
    if isinstance(answering, ChoiceAnswer):
        with st.container(key="vote_options"):
            choice.radio("Your answer", format_func=answering.options.get, label_visibility="collapsed")
    elif isinstance(answering, NumberAnswer):
        ends = {"min_value": float(answering.low), "max_value": float(answering.high), "step": float(answering.step)}
        unit = f" ({answering.unit})" if answering.unit else ""
        choice.number_input(f"Your answer{unit}, {answering.low:g} to {answering.high:g}", format="%g", width=320, **ends)


def chosen_answer(poll: Poll) -> Any:
    """What somebody has chosen, typed or drawn; None for nothing yet."""
    if isinstance(poll.question.answer, ChoiceAnswer | NumberAnswer):
        return answer_choice(poll).value
    return answer_sent(poll.question.answer, key=board_key(poll))


def drawn_reason(poll: Poll) -> None:
    """Draw the field for a reason."""
    reason_choice(poll).text_input("Why? (if you like)", max_chars=MOST_REASON, help=READ)
