"""Progress reports that are frequent enough to watch and rare enough to cost nothing."""

from __future__ import annotations

import time
from collections.abc import Callable

Progress = Callable[[int, int, str], None]  # (done, total, what is being done); a total of 0 means unknown

INTERVAL = 0.1  # seconds


def throttled(progress: Progress | None) -> Progress:
    """`progress` called at most ten times a second, and always for the first and the last step."""
    if progress is None:
        return lambda done, total, what: None
    last = -INTERVAL

    def report(done: int, total: int, what: str) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= INTERVAL or done == total:
            last = now
            progress(done, total, what)

    return report
