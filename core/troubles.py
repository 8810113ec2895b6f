"""What has gone wrong within the last hour: warnings and errors of all loggers of this process, counted by kind and never kept whole."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from core.log import blackened

HOUR, MINUTE = 3600.0, 60.0  # seconds
MOST_KINDS = 100  # of more, the one that came last longest ago is forgotten
MOST_LETTERS = 200  # of what is said of a kind


@dataclass
class Trouble:
    """A kind of record. `minutes` counts its records by the minute in which they came."""

    level: str
    module: str
    said: str
    minutes: Counter[int] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        """How many there were within the last hour."""
        return self.minutes.total()


class Troubles(logging.Handler):
    """Counts records from warnings upwards. To be added to the root logger; the clock is in seconds."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(logging.WARNING)
        self._clock, self._kinds, self._guard = clock, {}, threading.Lock()

    def emit(self, record: logging.LogRecord) -> None:
        """Count a record. What an exception says is no part of its kind, but of which class it is."""
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        kind = (record.levelname, record.name, str(record.msg)[:MOST_LETTERS], error)
        with self._guard:
            found = self._kinds.pop(kind, None) or Trouble(*kind[:2], f"{kind[2]} ({error})" if error else kind[2])
            found.minutes[int(self._clock() // MINUTE)] += 1
            self._kinds[kind] = found  # the last one of the dict came last
            if len(self._kinds) > MOST_KINDS:
                del self._kinds[next(iter(self._kinds))]

    def lately(self) -> list[Trouble]:
        """The kinds of the last hour, that with the most records first, in words that may be shown to whoever runs the lab."""
        oldest = (self._clock() - HOUR) // MINUTE
        with self._guard:
            for kind, trouble in list(self._kinds.items()):
                recent = Counter({minute: count for minute, count in trouble.minutes.items() if minute > oldest})
                self._kinds[kind] = trouble = Trouble(trouble.level, trouble.module, trouble.said, recent)
                if not recent:
                    del self._kinds[kind]
            found = [Trouble(one.level, one.module, blackened(one.said), Counter(one.minutes)) for one in self._kinds.values()]
        return sorted(found, key=lambda trouble: -trouble.count)


TROUBLES = Troubles()  # of this process
