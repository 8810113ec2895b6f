"""Waiting for what passes by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from core.errors import BusyError

PATIENCE = 60.0  # seconds that an answer is waited for
LOOK = 0.1  # seconds between two tries, or two looks at whether it has come


def patiently(work: Callable[[], Any], closing: threading.Event) -> Any:
    """What `work` returns, tried again for a while where the database is busy, and not while the lab is being stopped."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return work()
        except BusyError:
            if time.monotonic() > end or closing.wait(LOOK):
                raise
