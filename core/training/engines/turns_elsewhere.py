"""The turns of a run that trains elsewhere: `Turns` are dealt out in another process, which is asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from core.training.runs.turns import Turns

LOOK = 0.2  # seconds between two looks at whether a turn has come, or others wait


def dealt(turns: Turns, name: str, *values: Any) -> Any:
    """What the process where the turns are answers to a call of `TurnsElsewhere`."""
    if name == "ask":
        key, owner, loads, after = values
        return turns.ask(key, owner, lambda: None, loads=loads, after=after)
    if name == "holds":
        return values[0] in turns.held
    return getattr(turns, name)(*values)


class TurnsElsewhere:
    """What the thread of the one run `key`, which has its first turn, needs of `core.training.runs.turns.Turns`.

    `call(name, *values)` asks the process where they are; `slice_seconds` as there.
    """

    def __init__(self, key: str, call: Callable[..., Any], *, slice_seconds: float) -> None:
        self._key, self._call, self.slice_seconds = key, call, slice_seconds
        self._known: dict[str, tuple[float, bool]] = {}  # when something was last asked, and the answer

    def ask(self, key: str, owner: str, ready: Callable[[], None], *, loads: bool = False, after: int = -1) -> None:
        """Begin at once: it is the run's turn."""
        ready()

    def take(
        self,
        key: str,
        owner: str,
        *,
        cancelled: Callable[[], bool],
        told: Callable[[int], object] = lambda place: None,
        loads: bool = False,
        after: int = -1,
    ) -> bool:
        """Wait for another turn; False when `cancelled()` became true first."""
        self._call("ask", key, owner, loads, after)
        while not self._call("holds", key):
            if cancelled():
                self._call("drop", key)
                return False
            time.sleep(LOOK)
        return True

    def leave(self, key: str) -> bool:
        """A run that has a host does not wait for its first turn."""
        return False

    def give_back(self, key: str) -> None:
        self._call("give_back", key)

    def unload(self, key: str) -> int:
        return self._call("unload", key)

    def others_leave(self, key: str) -> bool:
        return self._call("others_leave", key)

    def others_wait(self, owner: str) -> bool:
        """As there, known anew every `LOOK` seconds."""
        return self._lately("others_wait", owner)

    def halts(self, owner: str) -> bool:
        """As there, known anew every `LOOK` seconds."""
        return self._lately("halts", owner)

    def _lately(self, name: str, owner: str) -> bool:
        asked, answer = self._known.get(name, (0.0, False))
        if time.monotonic() - asked > LOOK:
            answer = self._call(name, owner)
            self._known[name] = (time.monotonic(), answer)
        return answer

    def places(self) -> dict[str, int]:
        """Places are told by the process where the turns are."""
        return {}

    def place(self, key: str) -> int:
        return 0

    @property
    def held(self) -> frozenset[str]:
        return frozenset((self._key,))
