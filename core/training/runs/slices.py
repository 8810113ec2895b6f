"""How long a run's turn lasts where others wait."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.training.runs.turns import Turns


class Slice:
    """How long the turn of a run of `owner` has lasted, counted from its first batch; asked and begun by the run's thread alone."""

    FIRST = 1.0  # seconds of a run's first slice: everybody shall see a first point soon

    def __init__(self, turns: Turns, owner: str) -> None:
        self._turns, self._owner = turns, owner
        self._seconds, self._since = min(self.FIRST, turns.slice_seconds), None

    def is_over(self) -> bool:
        """Whether it is somebody else's turn now, or nobody's. Asked before every batch."""
        if self._turns.halts(self._owner):
            return True
        if not self._turns.slice_seconds:
            return False
        now = time.monotonic()
        if self._since is None:
            self._since = now
        return now - self._since >= self._seconds and self._turns.others_wait(self._owner)

    def begin(self) -> None:
        """Begin another one."""
        self._seconds, self._since = self._turns.slice_seconds, None
