"""Pause all: while it holds, no run and no measurement is given a turn but those of instructors. It outlives the server."""

from __future__ import annotations

from core.classroom.facts import Facts
from core.errors import ConfigError

HALTED = "all_paused"  # the name of a fact
PAUSED = "Your instructor has paused all runs: yours go on by themselves when the class does."


class Halting:
    """Whether all are paused. A run that somebody has paused himself stays paused afterwards, for it is not touched."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    @property
    def on(self) -> bool:
        return bool(self._facts.get(HALTED))

    def put(self, on: bool) -> None:
        """Begin it, or end it."""
        self._facts.put(HALTED, on)

    def check(self) -> None:
        """Raise ConfigError while it holds."""
        if self.on:
            raise ConfigError(PAUSED)
