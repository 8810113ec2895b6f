"""What is kept of a run while it trains: snapshots for those who look, weights and records for later."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from core.training.callbacks import Callback
from core.training.checkpoint import model_metadata, save_optimizer, save_tensors

if TYPE_CHECKING:
    from core.training.trainer import Trainer
    from core.training.worker import Worker

SAMPLE_SECONDS = 2.0  # how often the sample images are classified anew


class Publisher(Callback):
    """Swaps in a new snapshot at every reading and every epoch's end."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self._sampled_at = 0.0

    def on_reading(self, trainer: Trainer) -> None:
        now, samples = time.perf_counter(), {}
        if now - self._sampled_at > SAMPLE_SECONDS:
            self.worker.store.check()  # a home that is gone: no epoch could be kept
            self._sampled_at, samples = now, trainer.samples()
        self._publish(trainer, **samples)

    def on_epoch_end(self, trainer: Trainer) -> None:
        last = trainer.epochs[-1]
        self._publish(trainer, sample_probabilities=last.sample_probabilities, sample_outputs=last.sample_outputs)

    def _publish(self, trainer: Trainer, **more: Any) -> None:
        self.worker.publish(
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
    """Keeps weights of steps 0, 1, 2, 4, ... of the first epoch; and of every epoch, with its validation logits and its record."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker

    def on_train_begin(self, trainer: Trainer) -> None:
        if trainer.step == 0:
            self._save_step(trainer)

    def on_batch_end(self, trainer: Trainer) -> None:
        if trainer.epoch == 0 and trainer.phase == "train" and trainer.step.bit_count() == 1:
            self._save_step(trainer)

    def on_epoch_end(self, trainer: Trainer) -> None:
        worker, record = self.worker, trainer.epochs[-1]
        metadata = model_metadata(
            worker.config, trainer.dataset, run=worker.snapshot.run_id, epoch=record.epoch, step=record.step,
            val_top1=record.val_top1,
        )  # fmt: skip
        curve, lr_changes = trainer.curve.to_dict(), list(trainer.lr_changes)
        # With its numbers in it, and the run's beside the optimiser, checkpoints alone are enough should the database be lost.
        whole = {**metadata, "record": record.to_dict()}
        worker.persist(lambda: save_tensors(worker.files.epoch(record.epoch), trainer.weights(), whole))
        if trainer.val_logits is not None:
            said = {"logits": trainer.val_logits, "labels": trainer.val_split.labels}
            worker.persist(lambda: save_tensors(worker.files.logits("val", record.epoch), said, metadata))
        own = trainer.model.state_dict() if trainer.average else {}  # else they are the epoch's
        state = {"epoch": record.epoch, "facts": worker.facts, "curve": curve, "lr_changes": lr_changes}
        worker.persist(lambda: save_optimizer(worker.files.optimizer(record.epoch), trainer.optimizer, state, weights=own))
        best = {name: getattr(trainer.best, name) for name in ("epoch", "val_top1", "val_exact")}
        columns = {"curve": curve, "lr_changes": lr_changes, "best": best}
        worker.persist(lambda: worker.store.add_epoch(worker.snapshot.run_id, record, **columns))
        worker.files.drop_old_optimizers(keep=record.epoch)
        worker.after_epoch()

    def _save_step(self, trainer: Trainer) -> None:
        metadata = model_metadata(self.worker.config, trainer.dataset, run=self.worker.snapshot.run_id, step=trainer.step)
        self.worker.persist(lambda: save_tensors(self.worker.files.step(trainer.step), trainer.weights(), metadata))
