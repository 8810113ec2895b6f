"""A block of settings in a lesson's file: TOML between two lines of +++. Every error in it has the line of the file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Sequence
from typing import Any

from core.checks import Check
from core.errors import unknown
from core.lessons.lesson import LessonError
from core.text import quoted

FENCE = "+++"
AT_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)")


class Settings:
    """The values of a block. `start` is the line of the file on which its first line stands, from 1."""

    def __init__(self, file: str, lines: Sequence[str], start: int) -> None:
        self.file, self.lines, self.start = file, lines, start
        try:
            self.values: dict[str, Any] = tomllib.loads("\n".join(lines))
        except tomllib.TOMLDecodeError as error:
            at = AT_LINE.search(str(error))
            line = int(at[1]) if at and at[1] else max(1, len(lines))
            said = AT_LINE.sub("", str(error)).rstrip(".")
            raise LessonError(file, start + line - 1, f"these settings cannot be read ({said}): write them as name = value.") from error

    def line(self, *names: str) -> int:
        """The line on which a value stands, of one in a table after the table's own; the first line where it cannot be found."""
        at = 0
        for name in names:
            pattern = re.compile(rf"""\s*\[?\s*["']?{re.escape(name)}["']?\s*[\]=.]""")
            at = next((number for number in range(at, len(self.lines)) if pattern.match(self.lines[number])), at)
        return self.start + at

    def wrong(self, problem: str, *names: str) -> LessonError:
        """The error on the value of that name."""
        return LessonError(self.file, self.line(*names), problem)

    def check_names(self, known: Collection[str], *table: str) -> None:
        """Raise LessonError for a name that is none of those which mean something."""
        for name in self.at(*table):
            if name not in known:
                raise self.wrong(str(unknown("setting", name, known)), *table, name)

    def at(self, *table: str) -> dict[str, Any]:
        """The values of a table in it. Raises LessonError where that is none."""
        values = self.values
        for place, name in enumerate(table, 1):
            values = values.get(name, {})
            if not isinstance(values, dict):
                raise self.wrong(f"{name} is a table: begin it with a line [{name}].", *table[:place])
        return values

    def get(self, check: Check, *names: str, otherwise: Any = None) -> Any:
        """The value of a name, if it passes `check`; `otherwise` where there is none. Raises LessonError for all else."""
        values = self.at(*names[:-1])
        if names[-1] not in values:
            return otherwise
        found = check(values[names[-1]])
        if found is None:
            raise self.wrong(f"{names[-1]} = {quoted(values[names[-1]])} cannot be used: it must be {check}.", *names)
        return found

    def need(self, check: Check, *names: str) -> Any:
        """The same of a value that must be there."""
        found = self.get(check, *names)
        if found is None:
            raise self.wrong(f"{names[-1]} is missing: it must be {check}.", *names[:-1])
        return found


def split_block(lines: Sequence[str], at: int, file: str, first: int = 1) -> tuple[Settings | None, int]:
    """The block that begins at line `at` (from 0), if one does, and the line after it. `first` is the number of lines[0] in the file."""
    if at >= len(lines) or lines[at].strip() != FENCE:
        return None, at
    end = next((number for number in range(at + 1, len(lines)) if lines[number].strip() == FENCE), None)
    if end is None:
        raise LessonError(file, first + at, f"these settings have no end: write {FENCE} on a line below them.")
    return Settings(file, lines[at + 1 : end], first + at + 1), end + 1
