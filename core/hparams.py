"""A hyperparameter is declared once, as a field of a frozen dataclass; everything else derives from that declaration.

    @dataclass(frozen=True, kw_only=True)
    class GRUConfig(Hyperparameters):
        hidden_size: int = hparam(64, "Width of the hidden state.", low=1, high=1024, scale="log", basic=True)

Validation, command-line flags, widgets, tooltips, query strings and the help table are derived from it.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Self, get_type_hints

from core.checks import Number, Whole
from core.errors import ConfigError, unknown
from core.pasted import pasted
from core.text import MOST_NAME, path_problem, quoted
from core.typed_numbers import comma_remedy

BOOLEANS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
# What a text says, or None: digits of other scripts, "1_000", " 7 " and "nan" are no numbers here.
READERS = {bool: lambda text: BOOLEANS.get(text.lower()), int: Whole().read, float: Number().read, str: str}


@dataclass(frozen=True, kw_only=True)
class Hyperparameter:
    """One declared hyperparameter. `kind` is bool, int, float or str; `scale` is "linear" or "log"."""

    name: str
    kind: type
    default: Any
    help: str
    low: float | None = None
    high: float | None = None
    step: float | None = None
    scale: str = "linear"
    choices: tuple | None = None
    stops: tuple | None = None  # of a range: the values that a slider offers and a message names; any other between is possible
    unit: str = ""
    basic: bool = False
    group: str = ""  # of what is not basic: the words under which a form shows it; none: those of its part of a run
    label: str = ""
    most: int = MOST_NAME  # letters of a text
    path: bool = False  # a text that names a folder
    older: Any = None  # what runs had that are older than this hyperparameter; None: the default

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def range(self) -> str:
        """The allowed values in words, for messages and help tables."""
        if self.choices is not None:
            return " | ".join(str(c) for c in self.choices)
        if self.kind is bool:
            return "yes | no"
        if self.low is None and self.high is None:
            return ("the path of a folder" if self.path else "any text") if self.kind is str else "any number"
        if self.low is None or self.high is None:
            return f"at most {_text(self.high)}" if self.low is None else f"at least {_text(self.low)}"
        return f"{_text(self.low)} to {_text(self.high)}"

    def is_kind(self, value: Any) -> bool:
        """Whether `value` is of this kind, in range or not; 64.0 is a whole number."""
        whole = isinstance(value, int) and not isinstance(value, bool)
        return {
            bool: isinstance(value, bool),
            int: whole or (isinstance(value, float) and value.is_integer()),
            float: (whole and abs(value) < 1e300) or (isinstance(value, float) and math.isfinite(value)),
            str: isinstance(value, str),
        }[self.kind]

    def problem(self, value: Any) -> str | None:
        """One sentence on what is wrong with `value`, or None."""
        if not self.is_kind(value):
            kinds = {bool: "yes or no", int: "a whole number", float: "a finite number", str: "text"}
            return f"{self.name} must be {kinds[self.kind]}, not {quoted(value)}: choose {self.range}."
        if self.choices is not None and value not in self.choices:
            return f"{self.name} = {quoted(value)} is not possible: choose one of {self.range}."
        if self.kind is str and (problem := path_problem(pasted(value)) if self.path else ""):
            return f"{self.name} {problem}."
        if self.kind is str and len(value) > self.most:
            return f"{self.name} has {len(value):,} letters: {self.most:,} at most can be given."
        if (self.low is not None and value < self.low) or (self.high is not None and value > self.high):
            unit = f" {self.unit}" if self.unit else ""
            return f"{self.name} = {_text(value)} is out of range: choose {self.range}{unit}."
        return None

    def parse(self, text: str) -> Any:
        """`text` (from a flag or a query string) as a value of this kind; raises ConfigError if it is none."""
        value = READERS[self.kind](text)
        if value is None:
            remedy = comma_remedy(text, {int: Whole(), float: Number()}[self.kind]) if self.kind in (int, float) else ""
            raise ConfigError(f"{self.name} = {quoted(text)} is not valid: choose {self.range}.{remedy}")
        return value


def _text(number: float) -> str:
    """A number for messages: whole ones in full (2147483647, not 2.14748e+09)."""
    return str(number) if isinstance(number, int) else f"{number:g}"


def hparam(default: Any, help: str, **declaration: Any) -> Any:
    """A dataclass field that declares a hyperparameter; keywords are those of `Hyperparameter`."""
    return dataclasses.field(default=default, metadata={"hparam": {"help": help, **declaration}})


def redeclared(config_class: type, name: str, default: Any, **changed: Any) -> Any:
    """A dataclass field that declares a hyperparameter of another config class anew: with its own default, and what is `changed`."""
    (known,) = (field for field in dataclasses.fields(config_class) if field.name == name)
    return hparam(default, **{**known.metadata["hparam"], **changed})


@cache
def declared(config_class: type) -> dict[str, Hyperparameter]:
    """The hyperparameters of a config class by name, in the order of their declaration."""
    kinds = get_type_hints(config_class)
    return {
        f.name: Hyperparameter(
            name=f.name,
            kind=kinds[f.name],
            default=f.default,
            **{"label": f.name.replace("_", " ").capitalize(), **f.metadata["hparam"]},
        )
        for f in dataclasses.fields(config_class)
        if "hparam" in f.metadata
    }


@dataclass(frozen=True, kw_only=True)
class Hyperparameters:
    """Base of every config: checks itself when made, so that a config that exists is valid, each value of its kind."""

    def __post_init__(self) -> None:
        for message in self.problems(dataclasses.asdict(self)).values():
            raise ConfigError(message)
        for name, h in declared(type(self)).items():
            value = h.kind(getattr(self, name))  # 64.0 fits a whole number, but torch wants 64
            object.__setattr__(self, name, pasted(value) if h.path else value)

    @classmethod
    def conflicts(cls, values: Mapping[str, Any]) -> dict[str, str]:
        """What cannot be for `values` that are each in range: {field: sentence}; for fields that depend on others."""
        return {}

    @classmethod
    def problems(cls, values: Mapping[str, Any]) -> dict[str, str]:
        """Everything that is wrong with `values`: {field: sentence}; empty when a config can be made of them."""
        known = declared(cls)
        found = {name: str(unknown("hyperparameter", name, known)) for name in values if name not in known}
        found |= {n: p for n, v in values.items() if n in known and (p := known[n].problem(v))}
        return found or cls.conflicts({n: values.get(n, h.default) for n, h in known.items()})

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """A config of `values`, the rest at their defaults; raises ConfigError on the first problem."""
        for message in cls.problems(values).values():
            raise ConfigError(message)
        return cls(**values)

    def changed(self) -> dict[str, Any]:
        """The values that differ from their defaults."""
        return {n: getattr(self, n) for n, h in declared(type(self)).items() if getattr(self, n) != h.default}


def add_flags(parser: argparse.ArgumentParser, hyperparameters: Iterable[Hyperparameter]) -> None:
    """One flag a hyperparameter. A flag that is not given leaves no attribute, so that defaults stay in one place."""
    for h in hyperparameters:
        kind = {"action": argparse.BooleanOptionalAction} if h.kind is bool else {"type": str, "metavar": h.name.upper()}
        text = f"{h.help} ({h.range}{f' {h.unit}' if h.unit else ''}; default {h.default!r})".replace("%", "%%")
        parser.add_argument(h.flag, dest=h.name, default=argparse.SUPPRESS, help=text, **kind)


def help_table(config_class: type) -> list[dict[str, str]]:
    """Rows (name, default, range, unit, help) for a help table."""
    return [
        {"name": h.name, "default": str(h.default), "range": h.range, "unit": h.unit, "help": h.help}
        for h in declared(config_class).values()
    ]
