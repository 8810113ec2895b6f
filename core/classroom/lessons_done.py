"""What each person has passed of lessons, and which of them are done. In a private lab that is what its user has done in this browser."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from core.classroom.facts import Facts

PREFIX = "lessons of "  # and the person: a fact for each, so that one person's step writes little
MOST_PEOPLE = 2_000  # who are remembered
MOST_STEPS = 2_000  # of one person


class LessonsDone:
    """Steps that were passed, by lesson and number, and lessons that are done. May be used from any thread."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def passed(self, person: str) -> frozenset[tuple[str, int]]:
        """The steps that somebody has passed."""
        return frozenset((lesson, number) for lesson, number in self._of(person)["passed"])

    def done(self, person: str) -> tuple[str, ...]:
        """The names of lessons that somebody has done, in the order in which they were."""
        return tuple(self._of(person)["done"])

    def take(self, person: str, steps: Collection[tuple[str, int]]) -> None:
        """Note that somebody has passed some steps."""
        self._add(person, "passed", [list(step) for step in steps])

    def finish(self, person: str, lesson: str) -> None:
        """Note that somebody has done a lesson."""
        self._add(person, "done", [lesson])

    def _of(self, person: str) -> dict[str, list[Any]]:
        return {"passed": [], "done": []} | self._facts.get(PREFIX + person, {})

    def _add(self, person: str, kind: str, what: list[Any]) -> None:
        """Add what is not there yet. Who comes when too many are remembered is not remembered."""
        with self._facts.lock:
            known = self._of(person)
            fresh = [one for one in what if one not in known[kind]]
            if not person or not fresh or len(known[kind]) + len(fresh) > MOST_STEPS:
                return
            if self._facts.get(PREFIX + person) is None and self._facts.count(PREFIX) >= MOST_PEOPLE:
                return
            self._facts.put(PREFIX + person, {**known, kind: [*known[kind], *fresh]})
