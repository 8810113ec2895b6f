"""The searches of a class: one has a name and begins, what was started since then hangs on the wall, and at its end its record is kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.classroom.facts import Facts
from core.classroom.wall import best_row
from core.errors import ConfigError
from core.text import taken

NOW, KEPT, ROWS = "wall", "wall-kept", "wall-rows-{}"  # names of facts
MOST_KEPT = 40  # searches whose records are kept; the oldest gives way
MOST_LETTERS = 60  # of a name
SECONDS = 180  # that a search has, unless told

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Search:
    """A search: `since` it began and `until` it ended (0 before), in seconds since 1970; `seconds` are what it was given.

    Of one that has ended `best` says whose run was the best, and `accuracy` what it reached.
    """

    number: int
    name: str
    since: float
    seconds: int = SECONDS
    until: float = 0.0
    best: str = ""
    accuracy: float | None = None

    @property
    def ended(self) -> bool:
        return bool(self.until)


class Searches:
    """The search that is under way, and the records of earlier ones. May be used from any thread."""

    def __init__(self, facts: Facts, *, clock: Callable[[], float] = time.time) -> None:
        self._facts, self._clock = facts, clock

    @property
    def now(self) -> Search | None:
        """The search that was begun last, ended or not; None before the first."""
        found = self._facts.get(NOW)
        return Search(**found) if found else None

    @property
    def under_way(self) -> bool:
        """Whether a search has begun and not ended."""
        return bool((now := self.now) and not now.ended)

    def begin(self, name: str, rows: Rows, *, seconds: int = SECONDS) -> Search:
        """Begin a search with an empty wall. One that is under way ends with it: `rows` are those of the wall until now.

        Raises ConfigError for a name of no letters.
        """
        name = taken(" ".join(name.split()), MOST_LETTERS)
        if not name:
            raise ConfigError("Give the search a name, such as Learning rate: its record is kept under it.")
        with self._facts.lock:
            self.end(rows)
            before = self.now
            begun = Search(before.number + 1 if before else 1, name, self._clock(), seconds)
            self._facts.put(NOW, asdict(begun))
            return begun

    def end(self, rows: Rows) -> Search | None:
        """End the search that is under way, and keep what then hangs on the wall; None, and nothing is done, when there is none."""
        with self._facts.lock:
            if not self.under_way:
                return None
            best = best_row(rows)
            result = {"best": best["title"], "accuracy": best["accuracy"]} if best else {}
            ended = Search(**{**asdict(self.now), "until": self._clock(), **result})
            self._facts.put(ROWS.format(ended.number), [dict(row) for row in rows])
            kept = [ended, *self.kept()]
            self._facts.put(KEPT, [asdict(search) for search in kept[:MOST_KEPT]])
            self._facts.put(NOW, asdict(ended))
            self._facts.drop(*(ROWS.format(search.number) for search in kept[MOST_KEPT:]))
            return ended

    def kept(self) -> list[Search]:
        """The searches that have ended and whose records are kept, the newest first."""
        return [Search(**search) for search in self._facts.get(KEPT, ())]

    def rows(self, number: int) -> list[dict[str, Any]]:
        """The rows of the wall at the end of a search, as `core.classroom.wall.wall_rows` makes them; none of an unknown one."""
        return self._facts.get(ROWS.format(number), [])

    def clear(self) -> None:
        """Forget all searches with their records."""
        with self._facts.lock:
            self._facts.drop(NOW, KEPT, *(ROWS.format(search.number) for search in self.kept()))
