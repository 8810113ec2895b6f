"""What each person of the class has done: votes before and after, lessons, runs, the best accuracy. One row a person, one CSV."""

from __future__ import annotations

import json
import math
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from core.classroom.facts import Facts
from core.classroom.lessons_done import LessonsDone
from core.classroom.people import Member, People
from core.classroom.roster import Matched, matched, roster_lines
from core.frames import rows_csv
from core.log import never_log
from core.training.history import RunSummary
from core.training.runs.class_tables import BallotRow, PollRow
from core.training.runs.database import Database

ROSTER = "roster"
MARK = "\ufeff"  # by which spreadsheets know that a file is UTF-8
ROUNDS = {1: "before", 2: "after"}


@dataclass
class Deeds:
    """What one person has done. `votes` are answers by poll and round; times in seconds since 1970, NaN where there is none."""

    person: str
    pseudonym: str
    name: str = ""
    joined: float = math.nan
    votes: dict[tuple[int, int], Any] = field(default_factory=dict)
    lessons: tuple[str, ...] = ()  # that are done, by name
    runs: int = 0
    best: float = math.nan  # validation accuracy
    last: float = math.nan  # when the last vote or run of this person came

    def voted(self, number: int) -> int:
        """How many votes of a round there are: 1 before the experiment, 2 after it."""
        return sum(one == number for _, one in self.votes)

    @property
    def changed(self) -> int:
        """How many votes after the experiment are others than before it."""
        pairs = ((self.votes[poll, 1], vote) for (poll, number), vote in self.votes.items() if number == 2 and (poll, 1) in self.votes)
        return sum(before != after for before, after in pairs)


class Results:
    """Reads what the class has done. May be used from any thread."""

    def __init__(self, database: Database, facts: Facts, people: People) -> None:
        self._database, self._facts, self._people = database, facts, people
        self._lessons = LessonsDone(facts)

    @property
    def roster(self) -> list[str]:
        """The names that were pasted; none at first."""
        return list(self._facts.get(ROSTER, []))

    def paste_roster(self, pasted: str) -> None:
        """Keep a list of names, one a line; an empty text takes it away."""
        lines = roster_lines(pasted)
        never_log(*lines)
        self._facts.put(ROSTER, lines)

    def on_roster(self) -> Matched:
        """Who of the class is on the roster."""
        return matched(self.roster, {member.person: member.name for member in self._people.all()})

    def polls(self) -> dict[int, str]:
        """The questions that were put to the class, by poll, in their order."""
        with self._database.transaction() as session:
            rows = session.execute(select(PollRow.id, PollRow.question).order_by(PollRow.opened, PollRow.id)).all()
        return dict(rows)

    def all(self, runs: Iterable[RunSummary]) -> list[Deeds]:
        """One row a member: as the roster has them, then the others as they joined. `runs` are those of the lab."""
        found = self._of(self._people.all(), runs)
        places = self.on_roster().places
        return sorted(found, key=lambda row: (places.get(row.person, math.inf), row.joined))

    def own(self, person: str, runs: Iterable[RunSummary], *, called: str = "") -> Deeds:
        """The row of one person alone, who need not be a member: then it is `called` so."""
        member = self._people.member(person) or Member(person, called, "", math.nan)
        return self._of([member], runs)[0]

    def _of(self, members: Sequence[Member], runs: Iterable[RunSummary]) -> list[Deeds]:
        done = self._lessons.done
        rows = {one.person: Deeds(one.person, one.pseudonym, one.name, one.joined, lessons=done(one.person)) for one in members}
        times = defaultdict(list)
        for ballot in self._ballots([*rows] if len(rows) == 1 else None):
            if row := rows.get(ballot.person):
                row.votes[ballot.poll, ballot.round] = ballot.answer
                times[ballot.person].append(ballot.created)
        for run in runs:
            if row := rows.get(run.owner):
                row.runs += 1
                row.best = max((row.best, run.best_val_top1), key=lambda accuracy: -1 if math.isnan(accuracy) else accuracy)
                times[run.owner].append(run.created)
        for person, row in rows.items():
            row.last = max(times[person], default=math.nan)
        return list(rows.values())

    def _ballots(self, people: list[str] | None) -> Sequence[Any]:
        columns = (BallotRow.poll, BallotRow.person, BallotRow.round, BallotRow.answer, BallotRow.created)
        with self._database.transaction() as session:
            return session.execute(select(*columns).where(*([BallotRow.person.in_(people)] if people else []))).all()


def results_csv(rows: Sequence[Deeds], polls: Mapping[int, str], roster: Matched | None = None) -> str:
    """The rows as CSV that a spreadsheet opens as it is: no cell is computed, and no person's id is in it.

    With a `roster` the first column says how it writes a name, and its names that nobody has come last.
    """
    table = [_cells(row, polls, roster) for row in rows]
    if roster:
        table += [_cells(Deeds("", ""), polls, None) | {"roster": line} for line in roster.missing]
    else:
        table = [{name: cell for name, cell in cells.items() if name != "roster"} for cells in table]
    return MARK + rows_csv(table) if table else MARK


def _cells(row: Deeds, polls: Mapping[int, str], roster: Matched | None) -> dict[str, Any]:
    votes = {
        f"{place} {question} {word}": answer_text(row.votes.get((poll, number)))
        for place, (poll, question) in enumerate(polls.items(), 1)
        for number, word in ROUNDS.items()
    }
    return {
        "roster": roster.line(row.person) if roster else "",
        "pseudonym": row.pseudonym,
        "name": row.name,
        "joined": when(row.joined),
        "last seen active": when(row.last),
        "votes before": row.voted(1),
        "votes after": row.voted(2),
        "votes changed": row.changed,
        "lessons done": len(row.lessons),
        "lessons": " ".join(row.lessons),
        "runs": row.runs,
        "best validation accuracy": None if math.isnan(row.best) else row.best,
        **votes,
    }


def answer_text(answer: Any) -> str:
    """An answer in one cell: a text as it is, all else as JSON; "" where there is none."""
    return answer if isinstance(answer, str) else "" if answer is None else json.dumps(answer, ensure_ascii=False)


def when(seconds: float) -> str:
    """A time of the server's own clock; "" where there is none."""
    return "" if math.isnan(seconds) else time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))
