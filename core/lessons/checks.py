"""What a step of a lesson checks: a measurement, a run of the reader's own, or what the reader has set on the page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.training.history import RunSummary


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What must be so of the answer of a measurement: that it is one thing, or a number above or below another."""

    equals: str | float | None = None
    above: float | None = None
    below: float | None = None

    def holds(self, answer: Any) -> bool:
        """Whether it is so."""
        if self.equals is not None:
            return answer == self.equals
        if isinstance(answer, bool) or not isinstance(answer, int | float):
            return False
        return (self.above is None or answer > self.above) and (self.below is None or answer < self.below)


@dataclass(frozen=True)
class ByMeasurement:
    """A row of `core.lessons.measures.table.MEASUREMENTS` is measured, and its answer must meet a condition."""

    measurement: str
    condition: Condition


@dataclass(frozen=True)
class ByOwnRun:
    """A run of the reader's own must reach a validation accuracy at any epoch. `config`: what it must have been set up with."""

    above: float
    config: Mapping[str, Any] = field(default_factory=dict)

    def reached(self, runs: Iterable[RunSummary], person: str) -> RunSummary | None:
        """The run of a person that has reached it; None while none has."""
        own = [run for run in runs if person and run.owner == person and self._meant(run) and run.best_val_top1 > self.above]
        return max(own, key=lambda run: run.best_val_top1, default=None)

    def best(self, runs: Iterable[RunSummary], person: str) -> RunSummary | None:
        """The run of a person that has come nearest; None while none has ended an epoch."""
        own = [run for run in runs if person and run.owner == person and self._meant(run) and not math.isnan(run.best_val_top1)]
        return max(own, key=lambda run: run.best_val_top1, default=None)

    def _meant(self, run: RunSummary) -> bool:
        return all(run.config.get(name) == value for name, value in self.config.items())


@dataclass(frozen=True)
class ByDoing:
    """The address of the page must say something: `page` is open, has `values`, and says otherwise than `before` of what is `changed`."""

    page: str
    values: Mapping[str, str] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    before: Mapping[str, str] = field(default_factory=dict)

    def done(self, page: str, address: Mapping[str, str]) -> bool:
        """Whether it is so, on a page whose address says this by name; "" stands for what it does not say."""
        return (
            page == self.page
            and all(address.get(name, "") == value for name, value in self.values.items())
            and all(address.get(name, "") != self.before.get(name, "") for name in self.changed)
        )


LessonCheck = ByMeasurement | ByOwnRun | ByDoing
