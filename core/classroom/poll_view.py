"""What one person may see of a poll: all that its phase has revealed, and nothing else. What is not here is not sent to a browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.classroom.poll import AFTER, BEFORE, DISCUSS, Ballot, Poll
from core.classroom.shift import distribution, shift

INSTRUCTOR_NAME = "your instructor"  # who has no pseudonym
Ballots = Mapping[int, Mapping[str, Ballot]]


def view_of(poll: Poll, ballots: Ballots, person: str, pseudonym: Callable[[str], str]) -> dict[str, Any]:
    """The poll as `person` may see it.

    `own` are the person's ballots by round, `answered` how many people have answered in the newest round, `partners` (while all discuss)
    who they are and why they think so, never what. `outcome` is None until the reveal.
    """
    newest = AFTER if ballots[AFTER] or poll.round == AFTER or poll.revealed else BEFORE
    return {
        "poll": poll.id,
        "question": poll.question.id,
        "phase": poll.phase,
        "round": poll.round,
        "own": {round: {"answer": mine[person].answer, "reason": mine[person].reason} for round, mine in ballots.items() if person in mine},
        "answered": len(ballots[newest]),
        "partners": _partners(poll, ballots[BEFORE], person, pseudonym) if poll.phase == DISCUSS else [],
        "differs": _differs(poll, ballots[BEFORE], person) if poll.phase == DISCUSS else False,
        "measured": poll.truth is not None,
        "outcome": _outcome(poll, ballots) if poll.revealed else None,
    }


def _partners(poll: Poll, ballots: Mapping[str, Ballot], person: str, pseudonym: Callable[[str], str]) -> list[dict[str, str]]:
    """With whom somebody speaks, and the reason that each of them typed ("" where none was)."""
    others = poll.group_of(person)
    return [{"who": pseudonym(other) or INSTRUCTOR_NAME, "reason": ballots[other].reason if other in ballots else ""} for other in others]


def _differs(poll: Poll, ballots: Mapping[str, Ballot], person: str) -> bool:
    """Whether somebody of the group answered differently from `person`; so of who has not answered."""
    others = [ballots[other].answer for other in poll.group_of(person) if other in ballots]
    return person not in ballots or any(answer != ballots[person].answer for answer in others)


def _outcome(poll: Poll, ballots: Ballots) -> dict[str, Any]:
    """The truth with its reason, both distributions, and the shift matrix."""
    answers = {round: {person: ballot.answer for person, ballot in given.items()} for round, given in ballots.items()}
    answering, truth = poll.question.answer, poll.truth
    found = {"distributions": {round: distribution(answering, list(given.values())) for round, given in answers.items()}}
    if truth is None:
        return {**found, "truth": None, "because": "", "shift": None}
    changed = shift(answering, answers[BEFORE], answers[AFTER], truth.answer)
    return {
        **found,
        "truth": truth.answer,
        "because": poll.question.reason(truth),
        "shift": {"labels": list(changed.labels), "counts": changed.counts.tolist(), "right": changed.right, "reached": changed.reached()},
    }
