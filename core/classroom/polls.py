"""Questions that are put to the class, one at a time: phases, ballots, deciding runs, truth. All of it outlives the server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import select, update

from core.classroom.facts import Facts
from core.classroom.pairing import pairs
from core.classroom.poll import AFTER, BEFORE, CLOSED, DISCUSS, MEASURED_IN, Ballot, DecidingRun, Poll, kept_poll
from core.classroom.poll_view import view_of
from core.classroom.questions.question import Truth
from core.errors import ConfigError
from core.lessons.asking import asked_question
from core.text import taken
from core.training.runs.class_tables import BallotRow, PollRow
from core.training.runs.database import Database

MOST_REASON = 280  # letters of a reason
GONE = "This question is not open any more: the page shows what is asked now."
OVER = "No answers are taken in this phase: your instructor has gone on. They are taken while you predict, and when you vote again."


class Polls:
    """The polls of a class. May be used from any thread: what is decided by a phase is done under the lock under which phases change.

    `turn` is another number after everything that a page of the class has to show, and `answers` after every ballot, too.
    """

    def __init__(self, database: Database, facts: Facts, pseudonym: Callable[[str], str]) -> None:
        self._database, self._pseudonym = database, pseudonym
        self._lock = facts.lock  # one lock for all that a class remembers: nobody waits for two
        self.turn = self.answers = int(time.time())  # grows over a restart, too
        with database.transaction() as session:
            rows = session.execute(select(PollRow.id, PollRow.question, PollRow.phase, PollRow.opened, PollRow.facts).order_by(PollRow.id))
            polls = [kept_poll(*row) for row in rows]
            self._poll = next((poll for poll in reversed(polls) if poll and poll.phase != CLOSED), None)
            self._ballots: dict[int, dict[str, Ballot]] = {BEFORE: {}, AFTER: {}}
            if self._poll:
                for row in session.scalars(select(BallotRow).where(BallotRow.poll == self._poll.id)):
                    self._ballots[row.round][row.person] = Ballot(row.answer, row.reason)

    @property
    def now(self) -> Poll | None:
        """The poll that is open; it holds answers of nobody, but the truth: a page is given what `view` says."""
        return self._poll

    @property
    def version(self) -> int:
        """Another number after everything that changes: phase, truth, runs, ballots."""
        return self.turn + self.answers

    def open(self, question: str) -> Poll:
        """Put a question to the class. Raises ConfigError for an unknown one, and while another one is open."""
        asked = asked_question(question)
        with self._lock:
            if self._poll:
                raise ConfigError("A question is open already: close it before the next one.")
            row = PollRow(question=asked.id, phase=Poll(0, asked).phase, opened=time.time(), facts={})
            with self._database.transaction() as session:
                session.add(row)
                session.flush()
                made = Poll(row.id, asked, opened=row.opened)
            self._poll, self._ballots = made, {BEFORE: {}, AFTER: {}}
            self.turn += 1
            return made

    def advance(self, poll: int, to: str) -> Poll:
        """Open the next phase of a poll, or close it. Raises ConfigError for every other step, and for a poll that is not open."""
        with self._changing(poll) as before:
            after = before.advanced(to)
            if to == DISCUSS:
                answers = {person: ballot.answer for person, ballot in self._ballots[BEFORE].items()}
                after = replace(after, groups=tuple(map(tuple, pairs(before.question.answer, answers))))
            return self._keep(after)

    def answer(self, person: str, poll: int, round: int, answer: Any, reason: str = "") -> None:
        """Take somebody's answer; a change of mind within the phase replaces it.

        Raises ConfigError outside the phase of that round, for a poll that is not open, and for what is no answer to its question.
        """
        with self._changing(poll) as now:
            if now.round is None or round != now.round:
                raise ConfigError(OVER)
            read = now.question.answer.read(answer)
            if read is None or not person:
                raise ConfigError(f"This is no answer to the question: it asks for {now.question.answer.check}.")
            ballot = Ballot(read, taken(reason, MOST_REASON))
            row = BallotRow(poll=poll, person=person, round=round, answer=read, reason=ballot.reason, created=time.time())
            with self._database.transaction() as session:
                session.merge(row)
            self._ballots[round][person] = ballot
            self.answers += 1

    def settle(self, poll: int, truth: Truth) -> None:
        """Keep what was measured. Raises ConfigError outside the phases that measure, and for what is no answer to the question."""
        with self._changing(poll) as now:
            answer = now.question.answer.read(truth.answer)
            if now.phase not in MEASURED_IN or answer is None:
                raise ConfigError("What was measured decides nothing now: measure in the phase of the experiment, or when all vote again.")
            self._keep(replace(now, truth=Truth(answer, truth.figures)))

    def note_run(self, poll: int, run: str, person: str) -> None:
        """From now on this run decides; another one that did does no more. Raises ConfigError outside the phases that measure."""
        with self._changing(poll) as now:
            if now.phase not in MEASURED_IN:
                raise ConfigError("The deciding run is trained in the phase of the experiment.")
            self._keep(replace(now, runs=(DecidingRun(person, run),), truth=None))

    def train_variant(self, poll: int, person: str, submit: Callable[[Mapping[str, Any]], str]) -> None:
        """Deal somebody a variant, and let `submit` queue its config, which returns the run's id. Raises what `submit` does."""
        with self._changing(poll) as now:
            dealt = now.next_variant(person)
            self._keep(replace(now, runs=(*now.runs, dealt)), quietly=True)
        run = ""
        try:
            run = submit({**now.question.decides.variants[dealt.variant].config, "seed": dealt.seed})
        finally:  # what could not be queued is dealt to the next one
            with self._lock:
                if self._poll and self._poll.id == poll:
                    others = tuple(one for one in self._poll.runs if one != dealt)
                    self._keep(replace(self._poll, runs=(*others, replace(dealt, run=run)) if run else others), quietly=True)

    def view(self, person: str) -> dict[str, Any] | None:
        """What somebody may see of the poll that is open; None while none is. See `core.classroom.poll_view`."""
        with self._lock:
            if self._poll and self._poll.phase == DISCUSS and self._pseudonym(person):
                self._seat(person)
            return view_of(self._poll, self._ballots, person, self._pseudonym) if self._poll else None

    def pulse(self, person: str, *, leads: bool = False) -> dict[str, Any]:
        """What a page asks for once a second: another value when it has to be drawn again. Who leads is told of every ballot, too."""
        return {"version": self.version if leads else self.turn, "open": self._poll is not None}

    @contextmanager
    def _changing(self, poll: int) -> Iterator[Poll]:
        """The poll that is open, under the lock. Raises ConfigError when that is another one, or none."""
        with self._lock:
            if not self._poll or self._poll.id != poll:
                raise ConfigError(GONE)
            yield self._poll

    def _keep(self, poll: Poll, *, quietly: bool = False) -> Poll:
        """Write a poll down, and show it from now on; one that is closed is not open any more. `quietly`: to who leads alone."""
        with self._database.transaction() as session:
            session.execute(update(PollRow).where(PollRow.id == poll.id).values(phase=poll.phase, facts=poll.facts()))
        self._poll = None if poll.phase == CLOSED else poll
        self.turn += not quietly
        self.answers += quietly
        return poll

    def _seat(self, person: str) -> None:
        """Put a late joiner, who is in no group, with the smallest one, the newest of equals; alone where there is none."""
        groups = list(self._poll.groups)
        if any(person in group for group in groups):
            return
        if groups:
            at = min(range(len(groups)), key=lambda place: (len(groups[place]), -place))
            groups[at] = (*groups[at], person)
        else:
            groups = [(person,)]
        self._keep(replace(self._poll, groups=tuple(groups)))
