"""What a row of the table of broken versions is. The rows themselves are literal, in the modules `of_...`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One small change that makes `core` wrong, and the files of tests that should notice."""

    file: str  # from the root of the repository
    what: str  # is wrong then, in words
    old: str  # occurs exactly once in the file
    new: str
    tests: tuple[str, ...]  # from the root of the repository, or with ::name behind
    same: str = ""  # why no test can notice: what is computed stays the same

    @property
    def name(self) -> str:
        return f"{self.file.removeprefix('core/').removesuffix('.py')}: {self.what}"

    def applied(self, source: str) -> str:
        """The broken source. Raises ValueError when `old` is not there exactly once: the row has to follow the code."""
        if (count := source.count(self.old)) != 1 or self.old == self.new:
            raise ValueError(f"{self.name}: the text to change is {count} times in {self.file}, and must be there once:\n{self.old}")
        return source.replace(self.old, self.new)


def broken(file: str, tests: str, rows: Sequence[tuple[str, ...]]) -> list[Mutant]:
    """Mutants of core/`file`. `tests` names files under tests/ in the order of asking, without their folders: no two have one name.

    A row is (what is wrong, old, new), with a fourth part if no test can notice: why.
    """
    paths = tuple(_path(name) for name in tests.split())
    return [Mutant(file=f"core/{file}", what=row[0], old=row[1], new=row[2], tests=paths, same="".join(row[3:])) for row in rows]


def _path(name: str) -> str:
    file, _, test = name.partition("::")
    (path,) = (ROOT / "tests").rglob(file)
    return path.relative_to(ROOT).as_posix() + (f"::{test}" if test else "")


def table() -> list[Mutant]:
    """All rows, module by module."""
    import tests.mutants as package

    modules = sorted(info.name for info in pkgutil.iter_modules(package.__path__) if info.name.startswith("of_"))
    return [mutant for name in modules for mutant in importlib.import_module(f"{package.__name__}.{name}").MUTANTS]
