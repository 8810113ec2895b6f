"""The training thread: takes a run from the queue to its end, publishes snapshots, obeys commands, keeps every epoch.

    queued -> loading -> running <-> paused -> testing -> finished
    any of them -> stopped | failed | interrupted

The thread never touches Streamlit. Pages read `Worker.snapshot`, a frozen value that is swapped whole.
"""

from __future__ import annotations

import dataclasses
import platform
import threading
import time
import traceback
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any

import torch
from filelock import FileLock, Timeout

from core.data import load_dataset
from core.data.splits import Dataset
from core.errors import LabError, StoreError
from core.models import Task, build_model
from core.training.callbacks import Callback, StopTraining
from core.training.checkpoint import (
    RunFiles,
    load_optimizer,
    load_tensors,
    model_metadata,
    save_optimizer,
    save_tensors,
)
from core.training.config import RunConfig
from core.training.device import device_name, fastest_threads, use_threads
from core.training.history import Snapshot, frozen
from core.training.store import Store
from core.training.trainer import SAMPLES, Trainer
from core.training.turns import Turns

SAMPLE_SECONDS = 2.0  # how often the sample images are classified anew
OUT_OF_MEMORY = "The {device} ran out of memory. Choose a smaller batch_size or a smaller model, then start again."


class Worker(threading.Thread):
    """Trains one run. Commands may be given from any thread; they take effect at the next batch."""

    def __init__(
        self, snapshot: Snapshot, config: RunConfig, *, owner: str, files: RunFiles, store: Store, turns: Turns,
        after_epoch: Callable[[], None], after_end: Callable[[Worker], None], paused: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(name=f"train {snapshot.run_id}", daemon=True)
        self.config, self.owner, self.files, self.store, self.turns = config, owner, files, store, turns
        self.after_epoch, self.after_end = after_epoch, after_end
        self.commands = Commands(self)
        if not paused:
            self.commands.play()
        self._lock = FileLock(files.lock, thread_local=False)
        try:
            self._lock.acquire(timeout=0)  # held while the process lives: how another process knows that this run does
        except Timeout:
            raise StoreError(f"Run {snapshot.run_id} is being trained by another process: steer it there.") from None
        self._end = ("stopped", "")
        self.snapshot = dataclasses.replace(snapshot, status="queued", message="", test=None)

    # -- commands ---------------------------------------------------------------------------------------------------

    def stop(self, status: str = "stopped", message: str = "") -> None:
        """End the run at the next batch with `status`."""
        self._end = (status, message)
        self.commands.stop()

    # -- the life of a run ------------------------------------------------------------------------------------------

    def run(self) -> None:
        try:
            self._train()
        except StopTraining:
            self._finish(*self._end)
        except LabError as error:
            self._finish("failed", str(error))
        except Exception as error:
            self._finish("failed", self._explain(error))
        finally:
            self.turns.give_back(self.snapshot.run_id)
            self._lock.release()
            self.after_end(self)

    def _train(self) -> None:
        self.take_turn()
        self.publish(status="loading", message="Loading the images")
        dataset = load_cached(self.config, self.store, self._progress)
        model = build_model(
            self.config.model,
            Task(num_classes=len(dataset.classes)),
            seed=self.config.training.seed,
            **vars(self.config.model_config),
        )
        self.publish(message="Preparing the model")
        callbacks = (self.commands, Keeper(self), Publisher(self))
        trainer = Trainer(model, dataset, self.config.training, callbacks=callbacks)
        threads = self._choose_threads(trainer)
        self._introduce(trainer, threads)
        if self.snapshot.epochs:
            self._restore(trainer)
        trainer.fit()
        self.publish(status="testing", message="Evaluating the best epoch on the test set")
        test = trainer.test()
        self.store.update(self.snapshot.run_id, test=test.to_dict())
        self._finish("finished", "", test=test)

    def take_turn(self) -> None:
        """Wait until this run may train; raises StopTraining when it is stopped first."""
        self.publish(status="queued")
        if not self.turns.take(self.snapshot.run_id, self.owner, cancelled=self.commands.stopping.is_set):
            raise StopTraining

    def _choose_threads(self, trainer: Trainer) -> int:
        """A resumed run keeps its number of threads: another one sums in another order and would not be the same run."""
        threads = self.config.training.threads or self.snapshot.threads
        if not threads:
            threads = fastest_threads(trainer.trial_step()) if trainer.device.type == "cpu" else 1
        use_threads(threads)
        return threads

    def _introduce(self, trainer: Trainer, threads: int) -> None:
        """Publish and store what is known before the first step."""
        dataset = trainer.dataset
        images = frozen(dataset.val.images[:SAMPLES].numpy(), "uint8")
        facts = {
            "classes": list(dataset.classes),
            "sizes": {"train": len(trainer.train_split), "val": len(dataset.val), "test": len(dataset.test)},
            "steps_per_epoch": trainer.steps_per_epoch,
            "parameters": sum(p.numel() for p in trainer.model.parameters()),
            "device": device_name(trainer.device),
            "threads": threads,
            "versions": {"python": platform.python_version(), "torch": torch.__version__},
            "sample_labels": dataset.val.labels[:SAMPLES].tolist(),
        }
        self.store.update(self.snapshot.run_id, facts=facts, sample_images=images.tobytes())
        labels = frozen(facts["sample_labels"], "int64")
        known = {name: facts[name] for name in ("sizes", "steps_per_epoch", "parameters", "device", "threads", "versions")}
        self.publish(
            status="running",
            message="",
            classes=tuple(dataset.classes),
            sample_images=images,
            sample_labels=labels,
            **known,
        )
        self.store.update(self.snapshot.run_id, status="running", message="")

    def _restore(self, trainer: Trainer) -> None:
        """Put the trainer where the last complete epoch left it."""
        before, last = self.snapshot, self.snapshot.epochs[-1].epoch
        trainer.model.load_state_dict(load_tensors(self.files.epoch(last))[0])
        load_optimizer(self.files.optimizer(last), trainer.optimizer)
        best = load_tensors(self.files.epoch(before.best.epoch))[0]
        trainer.resume(epochs=before.epochs, curve=self.store.curve(before.run_id), lr_changes=before.lr_changes, best_weights=best)

    def _finish(self, status: str, message: str, **results: Any) -> None:
        try:
            self.store.update(self.snapshot.run_id, status=status, message=message)
        except LabError as error:  # a full disk: say so; at the next start the run is found interrupted
            message = f"{message} {error}".strip()
        self.publish(status=status, message=message, place=0, seconds_left=float("nan"), **results)

    def _explain(self, error: Exception) -> str:
        if isinstance(error, (MemoryError, torch.OutOfMemoryError)) or "can't allocate memory" in str(error):
            return OUT_OF_MEMORY.format(device=self.snapshot.device or "computer")
        log = self.files.folder / "error.log"
        try:
            log.write_text(traceback.format_exc(), encoding="utf-8")
        except OSError:
            return f"An unexpected error ended this run: {type(error).__name__}: {error}."
        return f"An unexpected error ended this run: {type(error).__name__}: {error}. Details are in {log}."

    def _progress(self, done: int, total: int, what: str) -> None:
        if self.commands.stopping.is_set():
            raise StopTraining
        self.publish(message=f"{what}: {done:,} of {total:,}")

    def publish(self, **changes: Any) -> None:
        """Swap in the next snapshot."""
        self.snapshot = dataclasses.replace(self.snapshot, version=self.snapshot.version + 1, **changes)


class Commands(Callback):
    """What other threads ask of a run: play, pause, one step, stop, a new learning rate."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.stopping = threading.Event()
        self._playing = threading.Event()
        self._changed = threading.Condition()
        self._steps = 0
        self._lrs: deque[float] = deque()

    def play(self) -> None:
        with self._changed:
            self._playing.set()
            self._changed.notify_all()

    def pause(self) -> None:
        self._playing.clear()

    def step(self) -> None:
        """Run one batch, then pause."""
        with self._changed:
            self._playing.clear()
            self._steps += 1
            self._changed.notify_all()

    def stop(self) -> None:
        with self._changed:
            self.stopping.set()
            self._changed.notify_all()

    def set_lr(self, lr: float) -> None:
        self._lrs.append(lr)

    def on_batch_begin(self, trainer: Trainer) -> None:
        if not self._playing.is_set() and not self._one_step():
            self._pause(trainer)
        self._obey(trainer)

    def on_batch_end(self, trainer: Trainer) -> None:
        self._obey(trainer)

    def _obey(self, trainer: Trainer) -> None:
        if self.stopping.is_set():
            raise StopTraining
        while self._lrs:
            trainer.change_lr(self._lrs.popleft())

    def _one_step(self) -> bool:
        with self._changed:
            if self._steps:
                self._steps -= 1
                return True
            return False

    def _pause(self, trainer: Trainer) -> None:
        """Let others train until this run is told to go on."""
        start = time.perf_counter()
        trainer.read()
        self.worker.turns.give_back(self.worker.snapshot.run_id)
        self.worker.publish(status="paused", sample_probabilities=trainer.sample_probabilities())
        with self._changed:
            self._changed.wait_for(lambda: self._playing.is_set() or self._steps or self.stopping.is_set())
        self.worker.take_turn()
        self._one_step()
        self.worker.publish(status="running")
        trainer.idle_seconds += time.perf_counter() - start


class Publisher(Callback):
    """Swaps in a new snapshot at every reading and every epoch's end."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self._sampled_at = 0.0

    def on_reading(self, trainer: Trainer) -> None:
        now, samples = time.perf_counter(), {}
        if now - self._sampled_at > SAMPLE_SECONDS:
            self._sampled_at, samples = now, {"sample_probabilities": trainer.sample_probabilities()}
        self._publish(trainer, **samples)

    def on_epoch_end(self, trainer: Trainer) -> None:
        self._publish(trainer, sample_probabilities=trainer.epochs[-1].sample_probabilities)

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
    """Keeps weights: steps 0, 1, 2, 4, ... of the first epoch and every epoch, with its record in the database."""

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
        save_tensors(worker.files.epoch(record.epoch), trainer.model.state_dict(), metadata)
        save_optimizer(worker.files.optimizer(record.epoch), trainer.optimizer, {"epoch": record.epoch})
        worker.store.add_epoch(
            worker.snapshot.run_id,
            record,
            curve=trainer.curve.to_dict(),
            lr_changes=list(trainer.lr_changes),
            best={"epoch": trainer.best.epoch, "val_top1": trainer.best.val_top1},
        )
        worker.files.drop_old_optimizers(keep=record.epoch)
        worker.after_epoch()

    def _save_step(self, trainer: Trainer) -> None:
        metadata = model_metadata(self.worker.config, trainer.dataset, run=self.worker.snapshot.run_id, step=trainer.step)
        save_tensors(self.worker.files.step(trainer.step), trainer.model.state_dict(), metadata)


# Data sets are shared: thirty students on one server read the same tensors.
_datasets: OrderedDict[Any, Dataset] = OrderedDict()
_datasets_lock = threading.Lock()
KEPT_DATASETS = 2


def load_cached(config: RunConfig, store: Store, progress: Callable[[int, int, str], None]) -> Dataset:
    """The data set of `config`, from memory if one of the last runs used it."""
    key = (config.dataset, config.data_config, store.home)
    with _datasets_lock:
        if key not in _datasets:
            _datasets[key] = load_dataset(config.dataset, config.data_config, home=store.home, progress=progress)
        _datasets.move_to_end(key)
        while len(_datasets) > KEPT_DATASETS:
            _datasets.popitem(last=False)
        return _datasets[key]
