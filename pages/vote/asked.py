"""The question as everybody sees it: its phase, the control to answer with, with whom one speaks, and what came out."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.classroom.poll import AGAIN, DISCUSS, EXPERIMENT, PREDICT, Poll
from core.classroom.questions.answers import CellAnswer, CurveAnswer
from core.classroom.rights import Act
from dashboard.kit.wording import marked
from dashboard.shell import services, show, visitor
from dashboard.shell.choices import Kept
from dashboard.shell.notices import said_above
from dashboard.shell.page import fragment
from dashboard.shell.pulsed import rerun_when_pulsed
from pages.vote.board import answer_board
from pages.vote.controls import board_key, chosen_answer, drawn_answer, drawn_reason, reason_choice
from pages.vote.leading import next_step, put_question
from pages.vote.view import answers_html, board_message, changes_html, phases_html, question_html, truth_html

SHOWN = Kept("vote", "shown")  # (poll, phase, deciding runs) of the last drawing
HOW = {
    PREDICT: "Answer for yourself. Nobody sees what others chose.",
    EXPERIMENT: "Watch what is measured or trained below.",
    AGAIN: "Has it changed your mind? Vote again, also if you stay with your answer.",
}


def asked_part() -> None:
    """The question that is open. It is drawn again when the pulse says that something has changed, and at no other time."""
    fragment(_asked)()


def _asked() -> None:
    polls = services.classroom().polls
    leads = visitor.may(Act.ASK)
    rerun_when_pulsed("poll", polls.pulse(visitor.owner(), leads=leads)["version"], key="vote")
    view, poll = polls.view(visitor.owner()), polls.now
    _rerun_when_changed(poll)
    if view is None or poll is None or view["poll"] != poll.id:
        _nothing(leads)
        return
    with st.container(horizontal=True, vertical_alignment="center", key="vote_steps"):
        st.html(phases_html(view["phase"]), width="content")
        if leads:
            next_step(poll, view)
    st.html(question_html(poll.question))
    if view["outcome"]:
        _outcome(poll, view)
    elif view["round"]:
        _ballot(poll, view)
    else:
        _between(poll, view, leads)


def _rerun_when_changed(poll: Poll | None) -> None:
    """Run the whole page again when another question, another phase or another run is there: what is below follows it."""
    now = (poll.id, poll.phase, len(poll.runs), poll.truth is not None) if poll else ()
    before = SHOWN.value
    SHOWN.keep(now)
    if before not in (None, now):
        st.rerun()


def _nothing(leads: bool) -> None:
    """While no question is open."""
    if leads:
        put_question()
    else:
        st.info("No question is open. When your instructor asks one, it appears here.")


def _ballot(poll: Poll, view: dict[str, Any]) -> None:
    """The control to answer with."""
    st.caption(HOW[poll.phase])
    own, draft = view["own"].get(view["round"]), None
    if isinstance(poll.question.answer, CellAnswer | CurveAnswer):
        draft = (own or view["own"].get(1) or {}).get("answer")
        answer_board(board_message(poll.question, draft=draft), key=board_key(poll))
    else:
        drawn_answer(poll)
    drawn_reason(poll)
    with st.container(horizontal=True, vertical_alignment="center"):
        label = "Change my answer" if own else "Send my answer"
        look = {"type": "primary", "icon": ":material/how_to_vote:"}
        st.button(show.label(label), key=f"vote_send_{poll.id}_{poll.round}", on_click=_send, args=(poll, draft), **look)
        if own:
            words = poll.question.answer.words(own["answer"])
            show.markdown(marked("Sent: **{}**. You may change it until your instructor goes on.", words))


def _send(poll: Poll, draft: Any) -> None:
    """Send what was chosen, or the `draft` that a board began with if nobody has touched it."""
    with said_above():
        visitor.require(Act.ANSWER)
        answer = chosen_answer(poll)
        answer = draft if answer is None else answer
        reason = str(reason_choice(poll).value)
        services.classroom().polls.answer(visitor.owner(), poll.id, poll.round, answer, reason)


def _between(poll: Poll, view: dict[str, Any], leads: bool) -> None:
    """While answers are not taken: with whom one speaks, or that something is measured; and one's own answer."""
    if view["phase"] == DISCUSS and leads and not view["own"]:
        st.caption("Everybody reads on the own page with whom to speak: with somebody who answered differently, where there is one.")
    elif view["phase"] == DISCUSS:
        _partners(view)
    else:
        st.caption(HOW[view["phase"]])
    if own := view["own"].get(1):
        show.markdown(marked("Your answer so far: **{}**.", poll.question.answer.words(own["answer"])))
        if isinstance(poll.question.answer, CellAnswer | CurveAnswer):
            answer_board(board_message(poll.question, draft=own["answer"], locked=True), key=f"vote_own_{poll.id}")


def _partners(view: dict[str, Any]) -> None:
    """Who answered differently, and why."""
    partners = view["partners"]
    if not partners:
        st.info("Nobody to speak with here: think of the best reason for another answer than yours.")
        return
    names = " and ".join(partner["who"] for partner in partners)
    if view["differs"]:
        show.info(marked("Speak with **{}**: not all of you answered the same. Who convinces whom?", names))
    else:
        show.info(marked("Speak with **{}**: you answered the same. Do you have the same reason?", names))
    for partner in partners:
        if partner["reason"]:
            show.markdown(marked("{} says: “{}”", partner["who"], partner["reason"]))


def _outcome(poll: Poll, view: dict[str, Any]) -> None:
    """What was measured; below it, side by side, what all answered before and after, and who changed."""
    st.html(truth_html(poll.question, view))
    if view["outcome"]["truth"] is None:
        return
    answers, changes = st.columns(2, gap="medium")
    with answers:
        if isinstance(poll.question.answer, CellAnswer | CurveAnswer):
            own = view["own"].get(2) or view["own"].get(1)
            message = board_message(poll.question, draft=own["answer"] if own else None, locked=True, outcome=view["outcome"])
            answer_board(message, key=f"vote_outcome_{poll.id}")
        else:
            st.html(answers_html(poll.question, view["outcome"]))
    changes.html(changes_html(poll.question, view["outcome"]))
