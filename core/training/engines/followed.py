"""What a server knows of a run that trains elsewhere, and what it says of it when that place has died."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

from core.training.engines.contract import Order
from core.training.history import Snapshot

TRAINS = ("loading", "running", "testing")


@dataclass
class Followed:
    """A run, by its order and its newest snapshot."""

    order: Order
    snapshot: Snapshot
    paused: bool  # whether it was told to wait last
    why: str = ""  # why it had to begin again, until its next epoch
    died_at: tuple[int, bool] | None = None  # where the process died in it: complete epochs, and whether it was tested
    gone: threading.Event = field(default_factory=threading.Event)

    @property
    def place(self) -> tuple[int, bool]:
        return len(self.snapshot.epochs), self.snapshot.status == "testing"

    def die(self, why: str) -> bool:
        """Note that its process died, and whether it did so before in the same place of this run, while it trained."""
        trained, place, before = self.snapshot.status in TRAINS, self.place, self.died_at
        if trained or self.snapshot.step:
            self.died_at, self.why = place, why
        self.snapshot = replace(self.snapshot, status="queued", message="")
        return trained and before == place

    @property
    def shown(self) -> Snapshot:
        """Its newest snapshot, which says why it had to begin again."""
        if not self.why or not self.snapshot.active or self.died_at[0] != len(self.snapshot.epochs):
            return self.snapshot
        return replace(self.snapshot, message=". ".join(filter(None, (self.why, self.snapshot.message))))
