"""Who watches which run: one that somebody watched and nobody has for a while is stopped, so that it keeps no others waiting."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.training.engines.contract import Engine

log = logging.getLogger(__name__)


class Viewers:
    """Stops those runs of `engine` that were watched and have not been for `away_seconds`; None never stops one.

    A run that nobody has ever watched, such as one from the command line, goes on. `closing` ends the looking.
    """

    def __init__(self, engine: Engine, away_seconds: float | None, *, closing: threading.Event) -> None:
        self.away_seconds = away_seconds
        self._engine, self._closing = engine, closing
        self._attended: dict[str, float] = {}
        if away_seconds is not None:
            threading.Thread(target=self._watch, name="lab viewers", daemon=True).start()

    def attend(self, run_id: str) -> None:
        """Note that somebody watches the run."""
        self._attended[run_id] = time.monotonic()

    def forget(self, run_id: str) -> None:
        """Take the run as one that nobody has watched yet."""
        self._attended.pop(run_id, None)

    def _watch(self) -> None:
        while not self._closing.wait(min(1.0, self.away_seconds / 4)):
            for run_id in self._engine:
                since = self._attended.get(run_id)
                if since is None or time.monotonic() - since <= self.away_seconds:
                    continue
                try:
                    minutes = f"{self.away_seconds / 60:.3g} minutes"
                    self._engine.wish(
                        run_id, "stop", "stopped", f"Stopped: nobody had its page open for {minutes}. Press Continue to go on."
                    )
                except Exception:  # one run that cannot be stopped keeps nobody from watching the others
                    log.exception("Run %s could not be stopped", run_id)
