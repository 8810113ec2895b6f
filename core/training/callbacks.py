"""Hooks into the training loop. The trainer calls them in the order given; each sees the trainer and may change what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.training.trainer import Trainer


class StopTraining(Exception):
    """Raised by a callback to leave the loop at once; the epoch under way is lost, everything before is kept."""


class Callback:
    """Does nothing; override what you need."""

    def on_train_begin(self, trainer: Trainer) -> None: ...

    def on_epoch_begin(self, trainer: Trainer) -> None: ...

    def on_batch_begin(self, trainer: Trainer) -> None: ...

    def on_gradients_ready(self, trainer: Trainer) -> None:
        """After backward, before clipping and the optimiser's step."""

    def on_batch_end(self, trainer: Trainer) -> None:
        """After every batch of any phase (`trainer.phase` is "train", "val" or "test")."""

    def on_reading(self, trainer: Trainer) -> None:
        """A few times a second, when numbers have been read back from the device."""

    def on_epoch_end(self, trainer: Trainer) -> None:
        """After validation; `trainer.epochs[-1]` is the new record."""

    def on_train_end(self, trainer: Trainer) -> None: ...
