"""The four ways to answer a question: a choice, a number, a cell of a matrix, a curve. An answer is JSON; anybody may send anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.checks import Check, Many, Number, OneOf, Whole

DIGITS = 4  # after the point, of numbers and of points of a curve


@dataclass(frozen=True)
class ChoiceAnswer:
    """One of some options: their names, with what each says."""

    options: Mapping[str, str]
    kind = "choice"

    @property
    def check(self) -> Check:
        return OneOf(tuple(self.options))

    def read(self, value: Any) -> str | None:
        """What somebody has sent, as an answer; None if it is none. So of all four."""
        return self.check(value)

    def place(self, answer: str) -> float:
        """Where an answer stands among all: equal ones beside each other."""
        return list(self.options).index(answer)

    def apart(self, one: str, other: str) -> float:
        """How far two answers are from each other; 0 if they are the same."""
        return float(one != other)

    def words(self, answer: str) -> str:
        """An answer as a sentence says it."""
        return self.options[answer]


@dataclass(frozen=True)
class NumberAnswer:
    """A number from `low` to `high` in steps. `near` is how far from the truth an answer still counts as right."""

    low: float
    high: float
    step: float
    unit: str = ""
    near: float = 0.0
    kind = "number"

    @property
    def check(self) -> Check:
        return Number(self.low, self.high)

    def read(self, value: Any) -> float | None:
        number = self.check(value)
        return None if number is None else round(number, DIGITS)

    def place(self, answer: float) -> float:
        return answer

    def apart(self, one: float, other: float) -> float:
        return abs(one - other)

    def words(self, answer: float) -> str:
        return f"{answer:,g}{f' {self.unit}' if self.unit else ''}"


@dataclass(frozen=True)
class CellAnswer:
    """A cell of a matrix, [row, column] from 0. `diagonal`: whether those on the diagonal can be chosen."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    row_axis: str
    column_axis: str
    diagonal: bool = True
    kind = "cell"

    @property
    def check(self) -> Check:
        return Many(Whole(0, max(len(self.rows), len(self.columns)) - 1), most=2, least=2)

    def read(self, value: Any) -> list[int] | None:
        cell = self.check(value)
        if cell is None or cell[0] >= len(self.rows) or cell[1] >= len(self.columns):
            return None
        return None if cell[0] == cell[1] and not self.diagonal else list(cell)

    def place(self, answer: list[int]) -> float:
        return answer[0] * len(self.columns) + answer[1]

    def apart(self, one: list[int], other: list[int]) -> float:
        return float(one != other)

    def words(self, answer: list[int]) -> str:
        return f"{self.row_axis} {self.rows[answer[0]]}, {self.column_axis} {self.columns[answer[1]]}"


@dataclass(frozen=True)
class CurveAnswer:
    """A curve over the points `x`: a number from `low` to `high` for each. `near` is how far from the truth it may be on average."""

    x: tuple[float, ...]
    x_axis: str
    low: float
    high: float
    y_axis: str
    near: float
    kind = "curve"

    @property
    def check(self) -> Check:
        return Many(Number(self.low, self.high), most=len(self.x), least=len(self.x))

    def read(self, value: Any) -> list[float] | None:
        points = self.check(value)
        return None if points is None else [round(point, DIGITS) for point in points]

    def place(self, answer: list[float]) -> float:
        return sum(answer) / len(answer)

    def apart(self, one: list[float], other: list[float]) -> float:
        return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)

    def words(self, answer: list[float]) -> str:
        return f"{answer[0]:.1f} at first, {answer[-1]:.1f} at last"


Answering = ChoiceAnswer | NumberAnswer | CellAnswer | CurveAnswer
