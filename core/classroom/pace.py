"""How often somebody may ask for what costs: joins, runs, pictures, measurements."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from core.errors import BusyError

REMEMBERED = 10_000  # people who have asked lately; of more the one who asked longest ago is forgotten


class Pace:
    """Lets everybody ask `most` times at once, and then again as often as that in `seconds`. May be used from any thread."""

    def __init__(self, most: int, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.most, self.seconds, self._clock = most, seconds, clock
        self._left: dict[str, tuple[float, float]] = {}  # who -> (how often more, as of when), who asked last being last
        self._lock = threading.Lock()

    def anew(self) -> Pace:
        """Another one of the same measure, of which nobody has asked yet."""
        return Pace(self.most, self.seconds, clock=self._clock)

    def wait(self, who: str) -> float:
        """Seconds until `who` may ask again. 0: now, and this counts as asked."""
        with self._lock:
            now, each = self._clock(), self.seconds / self.most
            left, since = self._left.pop(who, (float(self.most), now))
            left = min(self.most, left + (now - since) / each)
            asked = left >= 1
            self._left[who] = (left - asked, now)
            if len(self._left) > REMEMBERED:
                del self._left[next(iter(self._left))]
            return 0.0 if asked else (1 - left) * each

    def take(self, who: str) -> None:
        """Count one more time. Raises BusyError, with the seconds to wait, when that is too often."""
        if seconds := self.wait(who):
            raise BusyError(f"This was asked for too often: wait {max(1, round(seconds))} seconds, and try again.")
