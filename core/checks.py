"""What comes from outside, a browser's message or a link's text, as a value that can be used. Whatever comes, no check raises.

    Whole(1, 12)(7) == 7;   Whole(1, 12)(True) is None;   Whole(1, 12).read("7") == 7;   Whole(1, 12).read("13") is None
    Fields({"t": Whole(0, 9), "tab": OneOf(("step", "hand"))})({"t": 3, "tab": "hand", "more": []}) == {"t": 3, "tab": "hand"}

A check is called with anything, or reads a text, and returns what can be used of it, or None. Python's own `int` and `float` are no
checks: `int` raises for 5,000 digits and takes "1_000", " 7 " and digits of other scripts; `float` takes "nan", "inf" and "1e999".
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
NUMBER = re.compile(r"[-+]?(?:[0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})(?:[eE][-+]?[0-9]{1,3})?")
FAR = 10**18
FEW = 12  # choices that a sentence names


class Check:
    """Base of all checks. `str` of one says what is possible: "a whole number from 1 to 12"."""

    def __call__(self, value: Any) -> Any:
        raise NotImplementedError

    def read(self, text: str) -> Any:
        """What a text says, as a link writes it."""
        return self(text)


@dataclass(frozen=True)
class Whole(Check):
    """A whole number from `low` to `high`, written in digits 0 to 9."""

    low: int = -FAR
    high: int = FAR

    def __call__(self, value: Any) -> int | None:
        return value if type(value) is int and self.low <= value <= self.high else None

    def read(self, text: str) -> int | None:
        return self(int(text)) if WHOLE.fullmatch(text) else None

    def __str__(self) -> str:
        if self.high == FAR:
            return "a whole number" if self.low == -FAR else f"a whole number from {self.low} on"
        return f"a whole number from {self.low} to {self.high}"


@dataclass(frozen=True)
class Number(Check):
    """A finite number from `low` to `high`."""

    low: float = -math.inf
    high: float = math.inf

    def __call__(self, value: Any) -> float | None:
        if type(value) not in (int, float) or not -1e308 <= value <= 1e308:  # neither NaN, nor 10**400, which is no float
            return None
        return float(value) if self.low <= value <= self.high else None

    def read(self, text: str) -> float | None:
        return self(float(text)) if NUMBER.fullmatch(text) else None

    def __str__(self) -> str:
        return "a number" if math.isinf(self.high) else f"a number from {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Text(Check):
    """A text of at most `most` letters that can be sent on: half a pair of letters cannot."""

    most: int

    def __call__(self, value: Any) -> str | None:
        if not isinstance(value, str) or len(value) > self.most:
            return None
        try:
            value.encode()
        except UnicodeEncodeError:
            return None
        return value

    def __str__(self) -> str:
        return f"a text of at most {self.most:,} letters"


@dataclass(frozen=True)
class OneOf(Check):
    """One of some options. `written` says how a text names one; the number 0.5 may be written in any way."""

    options: Collection[Any]
    written: Callable[[Any], str] = str

    def __call__(self, value: Any) -> Any:
        if isinstance(self.options, range):  # it would be gone through from end to end
            return value if type(value) is int and value in self.options else None
        return next((option for option in self.options if type(option) is type(value) and option == value), None)

    def read(self, text: str) -> Any:
        if isinstance(self.options, range):
            return self(Whole().read(text))
        found = next((option for option in self.options if self.written(option) == text), None)
        number = Number().read(text) if found is None else None
        if number is None:
            return found
        return next((option for option in self.options if type(option) in (int, float) and option == number), None)

    def __str__(self) -> str:
        if isinstance(self.options, range) and len(self.options) > 2 and self.options.step == 1:
            return str(Whole(self.options[0], self.options[-1]))
        names = [name for option in self.options if (name := self.written(option))]
        return f"one of {', '.join(names)}" if len(names) <= FEW else f"one of {len(names):,} that can be chosen"


@dataclass(frozen=True)
class Many(Check):
    """A list of `least` to `most` values that all pass `check`, as a tuple; a text holds them with `between` between them."""

    check: Check
    most: int
    between: str = "."
    least: int = 0

    def __call__(self, value: Any) -> tuple[Any, ...] | None:
        return self._all(value, self.check) if isinstance(value, (list, tuple)) else None

    def read(self, text: str) -> tuple[Any, ...] | None:
        return self._all(text.split(self.between, self.most) if text else [], self.check.read)

    def _all(self, parts: Collection[Any], check: Callable[[Any], Any]) -> tuple[Any, ...] | None:
        if not self.least <= len(parts) <= self.most:
            return None
        found = tuple(map(check, parts))
        return None if None in found else found

    def __str__(self) -> str:
        count = f"{self.most} values" if self.least == self.most else f"at most {self.most} values"
        return f"{count} with “{self.between}” between them, each {self.check}"


@dataclass(frozen=True)
class TextOf(Check):
    """A text that `check` can read, in a message."""

    check: Check

    def __call__(self, value: Any) -> Any:
        return self.check.read(value) if isinstance(value, str) else None


@dataclass(frozen=True)
class Fields(Check):
    """A message of named values that all pass their checks; those in `free` may be missing or null. What has no name here is left out."""

    checks: Mapping[str, Check]
    free: Collection[str] = ()

    def __call__(self, value: Any) -> dict[str, Any] | None:
        if not isinstance(value, Mapping):
            return None
        found = {}
        for name, check in self.checks.items():
            given = value.get(name)
            found[name] = None if given is None else check(given)
            if found[name] is None and not (given is None and name in self.free):
                return None
        return found
