"""Who of a class is there now: every page of the lab says so about once a second. Nothing of it is kept."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass

MOST_TABS = 2_000  # open pages that are known; of more the one that was heard longest ago is forgotten
HERE_SECONDS = 10.0  # who has not been heard for so long is away


@dataclass
class Tab:
    """One page that somebody has open."""

    person: str
    seen: float  # on the monotonic clock
    lag: float  # seconds that the last answer took to reach the browser; NaN before the first
    page: str  # its address below the lab


class Presence:
    """The open pages of a class by session. May be used from any thread."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._tabs: dict[str, Tab] = {}
        self._seen: dict[str, float] = {}  # by person

    def saw(self, session: str, person: str, *, lag: float = float("nan"), page: str = "") -> None:
        """Note that a page is open."""
        with self._lock:
            now = self._clock()
            self._tabs.pop(session, None)  # whoever was heard last stands last
            self._tabs[session] = Tab(person, now, lag, page)
            self._seen[person] = now
            if len(self._tabs) > MOST_TABS:
                del self._tabs[next(iter(self._tabs))]

    def here(self, seconds: float = HERE_SECONDS) -> dict[str, Tab]:
        """Who has been heard within the last `seconds`: the newest page of each person."""
        with self._lock:
            oldest = self._clock() - seconds
            for session in [session for session, tab in self._tabs.items() if tab.seen < oldest]:
                if self._tabs[session].seen < self._clock() - 10 * HERE_SECONDS:
                    del self._tabs[session]
            tabs = sorted((tab for tab in self._tabs.values() if tab.seen >= oldest), key=lambda tab: tab.seen)
            return {tab.person: tab for tab in tabs}

    def open(self, session: str) -> bool:
        """Whether a page is open that was heard of lately."""
        tab = self._tabs.get(session)
        return tab is not None and tab.seen >= self._clock() - HERE_SECONDS

    @property
    def version(self) -> str:
        """Another text whenever somebody comes or goes."""
        return f"{zlib.crc32(repr(sorted(self.here())).encode()):x}"

    def away(self, person: str) -> float:
        """Seconds since somebody was heard; infinite of who never was."""
        seen = self._seen.get(person)
        return float("inf") if seen is None else self._clock() - seen
