"""The runs of all that a manager's engine has now: what they are, which comes next, whether any may train."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from core.errors import ConfigError

if TYPE_CHECKING:
    from core.training.config import RunConfig
    from core.training.engines.contract import Engine, Size
    from core.training.history import Snapshot


class RunsOfAll:
    """What a class asks of the engine in which the runs of all its people are."""

    engine: Engine

    def active(self) -> dict[str, Snapshot]:
        """The runs that train, wait or are paused now, by id, as far as this process can steer them."""
        now = {run_id: self.engine.snapshot(run_id) for run_id in self.engine}
        return {run_id: run for run_id, run in now.items() if run is not None and run.active}

    def take_next(self, run_id: str) -> None:
        """Let a run that waits have the next turn that becomes free. Raises ConfigError when it does not wait."""
        run = self.engine.snapshot(run_id)
        if run is None or run.status != "queued" or not self.engine.wish(run_id, "next"):
            raise ConfigError(f"Run {run_id} does not wait for a turn (any more).")

    def halt(self, but: Collection[str] | None) -> None:
        """Let the runs and measurements of these owners alone train from now on, and those of the command line; None: all again."""
        self.engine.halt(but)

    def size(self, config: RunConfig) -> Size:
        """How large a run would be; nothing of it is made."""
        return self.engine.size(config)
