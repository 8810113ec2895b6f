"""Who looks at a run that trains now, and how often each may look: what one viewer costs, thirty cost thirty times."""

from __future__ import annotations

import math
import time

VIEWER_SECONDS = 10.0  # a session that has not looked for so long is none
TICKS = ((4, 1.0), (12, 1.5), (math.inf, 3.0))  # (up to so many viewers, seconds)
_last_look: dict[str, float] = {}  # by session, on the monotonic clock


def saw(session: str) -> None:
    """Note that a session looks at a run that trains."""
    _last_look[session] = time.monotonic()


def count() -> int:
    """How many sessions have looked at a run that trains within the last ticks."""
    oldest = time.monotonic() - VIEWER_SECONDS
    for session, looked in list(_last_look.items()):
        if looked < oldest:
            _last_look.pop(session, None)
    return len(_last_look)


def tick_seconds() -> float:
    """Seconds between two looks at a run, by how many look."""
    return next(seconds for most, seconds in TICKS if count() <= most)
