"""Deleting all of a class in one action, so that nothing of it stays, wherever the program is killed.

All that lies in the database goes in one transaction, which also leaves a fact: whose runs, and which sets of drawings, are still to be
deleted. They follow one by one; what a kill leaves of them is done at the next start.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable

from sqlalchemy import delete, select

from core.classroom.facts import Facts
from core.errors import LabError
from core.training.history import RunSummary
from core.training.runs.class_tables import BallotRow, DrawingRow, FactRow, MemberRow, PollRow
from core.training.runs.database import Database

ENDING = "ending"  # the people whose runs, and the sets of drawings, that are still to be deleted
STAYS = ("instructors",)  # facts of who leads the lab, whatever class is in it
PAUSE = 5.0  # seconds before what could not be deleted is tried again
TRIES = 60
Remove = Callable[[str], object]

log = logging.getLogger(__name__)


class Ending:
    """Ends a class. What the other parts of it keep in memory is old then: whoever calls `begin` makes another classroom."""

    def __init__(self, database: Database, facts: Facts) -> None:
        self._database, self._facts = database, facts
        self._closing = threading.Event()

    @property
    def pending(self) -> dict[str, list[str]]:
        """What is still to be deleted: the runs of "people", and "sets" of drawings; nothing where no class is being deleted."""
        return self._facts.get(ENDING, {})

    def begin(self, *, spared: Callable[[str], bool], sets: bool = False) -> None:
        """Delete all that the database has of the class, and decide that its people's runs are deleted, but for those who are `spared`.

        `sets`: the sets that it has drawn are deleted, too; else they stay as data sets of nobody. The next class has another code.
        """
        with self._facts.lock, self._database.transaction() as session:
            columns = (MemberRow.person, BallotRow.person, DrawingRow.person)
            people = {person for column in columns for person in session.scalars(select(column).distinct())}
            whose = {person for person in people if person and not spared(person)}  # "" has sent the pictures of earlier classes
            drawn = select(DrawingRow.collection).where(DrawingRow.person != "").distinct()
            rest = {"people": whose, "sets": set(session.scalars(drawn)) if sets else set()}
            rest = {kind: sorted(names.union(self.pending.get(kind, ()))) for kind, names in rest.items()}
            for table in (BallotRow, PollRow, DrawingRow, MemberRow):
                session.execute(delete(table))
            session.execute(delete(FactRow).where(FactRow.name.not_in(STAYS)))
            session.add(FactRow(name=ENDING, value=rest))

    def finish(self, runs: Callable[[], Iterable[RunSummary]], remove: Remove, remove_set: Remove) -> None:
        """Delete what is still there of the lab's `runs`, by `remove`, and of its sets.

        What cannot be deleted is tried again for a while, and at the next start.
        """
        for _ in range(TRIES):
            whose = set(self.pending.get("people", ()))
            left = [(remove, run.run_id) for run in runs() if run.owner in whose]
            left += [(remove_set, name) for name in self.pending.get("sets", ())]
            failed = [name for by, name in left if not _removed(name, by)]
            if not failed:
                self._facts.drop(ENDING)
                return
            if self._closing.wait(PAUSE):
                return

    def close(self) -> None:
        """Leave the rest to the next start."""
        self._closing.set()


def _removed(name: str, remove: Remove) -> bool:
    try:
        remove(name)
    except LabError:
        log.warning("%s of a class that was deleted could not be deleted yet", name, exc_info=True)
        return False
    return True
