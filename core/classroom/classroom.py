"""The class of a lab: its people, what it remembers, and what it does now. A server has one; what must outlive it lies in the database."""

from __future__ import annotations

from hashlib import sha256

from core.classroom.drawings import Drawings
from core.classroom.ending import Ending
from core.classroom.facts import Facts
from core.classroom.halting import Halting
from core.classroom.leading import Leading
from core.classroom.lessons_done import LessonsDone
from core.classroom.limits import Limiting
from core.classroom.people import People
from core.classroom.polls import Polls
from core.classroom.presence import Presence
from core.classroom.results import Results
from core.classroom.searches import Searches
from core.training.runs.database import Database

CALLED = "Instructor"  # what everybody may call one
INSTRUCTORS = "instructors"  # the digest of the secret that each of them has shown, by person


class Classroom:
    """Everything of a class. `opened`: others join it by its code; else its lab is private, and whoever uses it is the instructor."""

    def __init__(self, database: Database, *, opened: bool = False, secret: str = "") -> None:
        self.opened = opened
        self._secret = digest(secret)
        self.facts = Facts(database)
        self.people = People(database, self.facts)
        self.polls = Polls(database, self.facts, self.people.pseudonym)
        self.presence = Presence()
        self.leading = Leading()
        self.limiting = Limiting(self.facts)
        self.halting = Halting(self.facts)
        self.drawings = Drawings(database, self.facts, database.home)
        self.searches = Searches(self.facts)
        self.lessons = LessonsDone(self.facts)
        self.results = Results(database, self.facts, self.people)
        self.ending = Ending(database, self.facts)

    def let_instruct(self, person: str) -> None:
        """Note that somebody has shown the secret. Whoever has shown another one, that of an earlier time, is no instructor any more."""
        with self.facts.lock:
            known = {other: shown for other, shown in self.facts.get(INSTRUCTORS, {}).items() if shown == self._secret}
            self.facts.put(INSTRUCTORS, {**known, person: self._secret})

    def called(self, person: str) -> str:
        """What everybody may call somebody; "" of who has no such name, as in a lab that is no class."""
        return CALLED if self.instructs(person) else self.people.pseudonym(person)

    def instructors(self) -> list[str]:
        """All who have shown the secret."""
        return [person for person in self.facts.get(INSTRUCTORS, {}) if self.instructs(person)]

    def instructs(self, person: str) -> bool:
        """Whether somebody has shown the secret."""
        return bool(person) and self.facts.get(INSTRUCTORS, {}).get(person) == self._secret


def digest(secret: str) -> str:
    """What is kept of a secret: enough to know it again, too little to say it."""
    return sha256(f"instructor {secret}".encode()).hexdigest()
