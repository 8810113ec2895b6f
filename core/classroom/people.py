"""Who has joined the class: a name that the instructor alone may see, and a pseudonym for everybody."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from dataclasses import dataclass

from sqlalchemy import delete, select

from core.classroom.facts import Facts
from core.classroom.pace import Pace
from core.classroom.pseudonyms import pseudonym
from core.errors import ConfigError
from core.log import never_log
from core.text import taken
from core.training.runs.class_tables import MemberRow
from core.training.runs.database import Database

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is read as another one
CODE_LETTERS = 6
MOST_NAME = 60
MOST_PEOPLE = 500  # who can be in one class
TRIES, TRIES_OF_ALL = Pace(10, 60.0), Pace(200, 60.0)  # to say the code of a class: of one person, and of all
CODE = "code"


@dataclass(frozen=True)
class Member:
    """Somebody in the class. `person` is the id in the cookie: it never leaves the server."""

    person: str
    pseudonym: str
    name: str
    joined: float


class People:
    """The members of the class, and the code by which one becomes one. May be used from any thread."""

    def __init__(self, database: Database, facts: Facts) -> None:
        self._database, self._facts, self._lock = database, facts, threading.RLock()
        self._tries, self._tries_of_all = TRIES.anew(), TRIES_OF_ALL.anew()
        with database.transaction() as session:
            rows = session.scalars(select(MemberRow).order_by(MemberRow.joined))
            self._members = {row.person: Member(row.person, row.pseudonym, row.name, row.joined) for row in rows}
        never_log(*(member.name for member in self._members.values()))

    @property
    def code(self) -> str:
        """The code of the class, made when it is first asked for: `CODE_LETTERS` of `LETTERS`."""
        with self._facts.lock:
            if not self._facts.get(CODE):
                self._facts.put(CODE, "".join(secrets.choice(LETTERS) for _ in range(CODE_LETTERS)))
            never_log(self._facts.get(CODE))
            return self._facts.get(CODE)

    def join(self, person: str, *, code: str, name: str, turn: int = 0) -> Member:
        """Become a member, or change one's name. `turn` says which of the pseudonyms was taken that `offer` gave.

        Raises ConfigError for a wrong code, a name of no letters and a class that is full, BusyError when the code was tried too often.
        """
        name = taken(" ".join(name.split()), MOST_NAME)
        if not name:
            raise ConfigError("Type your name: your instructor sees it, nobody else does.")
        with self._lock:
            before = self._members.get(person)
            if not before:
                self._check(person, code)
            if not before and len(self._members) >= MOST_PEOPLE:
                raise ConfigError(f"This class has {MOST_PEOPLE} people, and no room for more: tell your instructor.")
            made = Member(person, before.pseudonym if before else self.offer(person, turn), name, before.joined if before else time.time())
            never_log(name)
            with self._database.transaction() as session:
                session.merge(MemberRow(person=person, pseudonym=made.pseudonym, name=made.name, joined=made.joined))
            self._members[person] = made
            return made

    def _check(self, person: str, code: str) -> None:
        """Raise unless the code is right. Small letters, spaces and hyphens are forgiven."""
        self._tries.take(person)
        self._tries_of_all.take("")
        typed = "".join(letter for letter in code.upper() if letter.isalnum())
        if not hmac.compare_digest(typed.encode("utf-8", "replace"), self.code.encode()):
            raise ConfigError("This is not the code of this class: type the one that the projector shows.")

    def offer(self, person: str, turn: int = 0) -> str:
        """A pseudonym that is free; another one for another `turn`, from 0."""
        with self._lock:
            return pseudonym(person, turn, {member.pseudonym for member in self._members.values()})

    def member(self, person: str) -> Member | None:
        """Somebody by the id in the cookie; None when he has not joined."""
        return self._members.get(person)

    def pseudonym(self, person: str) -> str:
        """What everybody may call somebody; "" of who has not joined, such as the instructor."""
        member = self._members.get(person)
        return member.pseudonym if member else ""

    def all(self) -> list[Member]:
        """All members, in the order in which they joined."""
        with self._lock:
            return list(self._members.values())

    def remove(self, person: str) -> None:
        """Let somebody leave the class."""
        with self._lock:
            with self._database.transaction() as session:
                session.execute(delete(MemberRow).where(MemberRow.person == person))
            self._members.pop(person, None)

    def clear(self) -> None:
        """Let everybody leave; the next class has another code."""
        with self._lock:
            with self._database.transaction() as session:
                session.execute(delete(MemberRow))
            self._members.clear()
            self._facts.drop(CODE)
