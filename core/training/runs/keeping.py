"""Callbacks that keep a run while it trains: snapshots for those who look, weights and records for later."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from core.training.config import RunConfig
from core.training.loop.trainer import Callback, Trainer
from core.training.measured import measured_in
from core.training.runs.checkpoint import RunFiles, model_metadata, save_optimizer, save_tensors
from core.training.runs.store import Store

SAMPLE_SECONDS = 2.0  # how often the sample images are classified anew
CHECK_SECONDS = 2.0  # how often it is looked whether the home is still there


class Publisher(Callback):
    """Gives `publish` what changes of the run's snapshot, at every reading and every epoch's end."""

    def __init__(self, publish: Callable[..., object]) -> None:
        self.publish = publish
        self._sampled_at = 0.0

    def on_reading(self, trainer: Trainer) -> None:
        now, samples = time.perf_counter(), {}
        if now - self._sampled_at > SAMPLE_SECONDS:
            self._sampled_at, samples = now, trainer.samples()
        self._publish(trainer, **samples)

    def on_epoch_end(self, trainer: Trainer) -> None:
        last = trainer.epochs[-1]
        self._publish(trainer, sample_probabilities=last.sample_probabilities, sample_outputs=last.sample_outputs)

    def _publish(self, trainer: Trainer, **more: Any) -> None:
        self.publish(
            epochs=tuple(trainer.epochs),
            stride=trainer.curve.stride,
            points=tuple(trainer.curve.points),
            lr_changes=tuple(trainer.lr_changes),
            step=trainer.step,
            lr=trainer.lr,
            images_per_second=trainer.images_per_second,
            seconds_left=trainer.seconds_left(),
            **more,
        )


class Keeper(Callback):
    """Keeps weights of steps 0, 1, 2, 4, ... of the first epoch; and of every epoch, with its validation logits and its record.

    `facts` are stored beside the optimiser's state. `after_epoch()` is called when all of an epoch is kept. `persist(write)` does each
    write, and may try it again.
    """

    def __init__(
        self,
        files: RunFiles,
        store: Store,
        run_id: str,
        config: RunConfig,
        after_epoch: Callable[[], object] = lambda: None,
        *,
        facts: Mapping[str, Any] | None = None,
        persist: Callable[[Callable[[], object]], object] = lambda write: write(),
    ) -> None:
        self.files, self.store, self.run_id, self.config = files, store, run_id, config
        self.after_epoch, self.facts, self.persist = after_epoch, dict(facts or {}), persist
        self._checked_at = 0.0

    def on_train_begin(self, trainer: Trainer) -> None:
        if trainer.step == 0:
            self._save_step(trainer)

    def on_batch_end(self, trainer: Trainer) -> None:
        if trainer.epoch == 0 and trainer.phase == "train" and trainer.step.bit_count() == 1:
            self._save_step(trainer)

    def on_reading(self, trainer: Trainer) -> None:
        """Raise StoreError as soon as the home is gone, for no epoch could be kept."""
        now = time.perf_counter()
        if now - self._checked_at > CHECK_SECONDS:
            self.store.check()
            self._checked_at = now

    def on_epoch_end(self, trainer: Trainer) -> None:
        record = trainer.epochs[-1]
        metadata = self._metadata(trainer, epoch=record.epoch, step=record.step, val_top1=record.val_top1)
        curve, lr_changes = trainer.curve.to_dict(), list(trainer.lr_changes)
        # With its numbers in it, and the run's beside the optimiser, checkpoints alone are enough should the database be lost.
        whole = {**metadata, "record": record.to_dict()}
        self.persist(lambda: save_tensors(self.files.epoch(record.epoch), trainer.weights(), whole))
        if trainer.val_logits is not None:
            answers = {"logits": trainer.val_logits, "labels": trainer.val_split.labels}
            self.persist(lambda: save_tensors(self.files.logits("val", record.epoch), answers, metadata))
        own = trainer.model.state_dict() if trainer.average else {}  # else they are the epoch's
        state = {"epoch": record.epoch, "facts": self.facts, "curve": curve, "lr_changes": lr_changes}
        self.persist(lambda: save_optimizer(self.files.optimizer(record.epoch), trainer.optimizer, state, weights=own))
        best = {name: getattr(trainer.best, name) for name in ("epoch", "val_top1", "val_exact")}
        short = measured_in(trainer.epochs, trainer.curve.points, epoch=trainer.step / trainer.steps_per_epoch)
        columns = {"curve": curve, "lr_changes": lr_changes, "best": best, "measured": vars(short)}
        self.persist(lambda: self.store.add_epoch(self.run_id, record, **columns))
        self.files.drop_old_optimizers(keep=record.epoch)
        self.after_epoch()

    def _save_step(self, trainer: Trainer) -> None:
        self.persist(lambda: save_tensors(self.files.step(trainer.step), trainer.weights(), self._metadata(trainer, step=trainer.step)))

    def _metadata(self, trainer: Trainer, **about: Any) -> dict[str, Any]:
        return model_metadata(self.config, trainer.dataset, run=self.run_id, **about)
