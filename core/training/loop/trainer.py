"""The trainer: the only training loop. It knows no page, no thread and no file; callbacks add behaviour."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn

from core.data.sequences import SeqDataset, SeqSplit
from core.data.splits import Dataset, Split
from core.memory import give_back
from core.models.dropout import seed_dropout
from core.models.gru import use_kernel
from core.training.config import RunConfig, TrainingConfig
from core.training.history import Curve, EpochRecord, FinalTest, best_of, frozen
from core.training.loop.average import WeightAverage
from core.training.loop.device import computing_with, device_for
from core.training.loop.divergence import diverged, finite
from core.training.loop.evaluate import Judgement
from core.training.loop.objective import EVAL_COST, Outcome, Sums, objective_of
from core.training.loop.optim import learning_rate, make_optimizer
from core.training.loop.readings import Readings
from core.training.loop.seeds import derived_seed, share_of
from core.training.loop.trainable import check_trainable, training_config

PHASES = {"val": "validation", "test": "test"}


class StopTraining(Exception):
    """Raised by a callback to leave the loop at once; the epoch under way is lost, everything before is kept."""


class Callback:
    """Hooks into the training loop, called in the order of the callbacks. Each does nothing: override what you need."""

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


class Trainer:
    """Trains `model` on `dataset` as `config` says: to name images, or to translate sequences (see core.training.loop.objective).

    `config` is a TrainingConfig, a RunConfig, whose training is taken, or hyperparameters of training by name; without one, the defaults.

    `fit()` runs the remaining epochs; each has a training and a validation phase and ends as an `EpochRecord` in `epochs`.
    Losses are means over targets (images, or the tokens of sequences), never over batches. The best epoch is the one with the
    highest validation accuracy, and `best_weights` is a copy of its weights. Threads and kernel are those of the config; where it leaves
    them open they stay as they are: only a `RunManager` measures what is fastest. Raises TrainingError as soon as a loss (of training,
    validation or test) or a weight is not finite: that epoch is none, those before it stay. ConfigError when the device cannot do what is
    asked, or one of the three is no such thing.
    """

    def __init__(
        self,
        model: nn.Module,
        dataset: Dataset | SeqDataset,
        config: TrainingConfig | RunConfig | Mapping[str, Any] | None = None,
        *,
        callbacks: Iterable[Callback] = (),
    ) -> None:
        callbacks = tuple(callbacks)
        check_trainable(model, dataset, callbacks, Callback)
        config = training_config(config, "sequences" if isinstance(dataset, SeqDataset) else "images")
        self.config, self.dataset, self.callbacks = config, dataset, callbacks
        self.device = device_for(config)
        self.model = model.to(self.device)
        if config.kernel != "auto":
            use_kernel(self.model, config.kernel)
        forward = torch.compile(self.model) if config.compile else self.model  # the same weights under both
        self.objective = objective_of(forward, dataset, config, self.device)
        self.optimizer = make_optimizer(self.model, config)
        self.average = WeightAverage(self.model, config.ema) if config.ema else None
        self.train_split = share_of(dataset.train, config.train_fraction, config.seed).to(self.device)
        self.val_split = dataset.val.to(self.device)
        self.steps_per_epoch = math.ceil(len(self.train_split) / config.batch_size)
        self.total_steps = self.steps_per_epoch * config.epochs

        self.phase, self.step = "train", 0
        self.curve = Curve()
        self.epochs: list[EpochRecord] = []
        self.lr_changes: list[tuple[int, float]] = []
        self.best_weights: dict[str, Tensor] = {}
        self.val_logits: Tensor | None = None  # (N, K) of the last complete epoch, on the CPU; of images only
        self.readings = Readings(config.batch_size, self.device, smoothed=bool(config.label_smoothing))
        self._fitted = False  # whether `fit` has come to its end

    @property
    def epoch(self) -> int:
        """The epoch under way, from 0."""
        return len(self.epochs)

    @property
    def lr(self) -> float:
        """The learning rate of the next step."""
        return learning_rate(self.config, min(self.step, self.total_steps - 1), self.total_steps, self.lr_changes)

    @property
    def _last_lr(self) -> float:
        """The learning rate of the last step."""
        return learning_rate(self.config, max(0, self.step - 1), self.total_steps, self.lr_changes)

    def change_lr(self, lr: float) -> None:
        """Set the learning rate from the next step on; what is left of the schedule scales with it.

        Changes of later steps are dropped: a resumed run has those of the epoch that was lost, until it is told otherwise.
        """
        step = min(self.step, self.total_steps - 1)
        self.lr_changes = [*(change for change in self.lr_changes if change[0] <= step), (step, lr)]

    @property
    def best(self) -> EpochRecord | None:
        """The record with the highest validation accuracy, the earliest of equals."""
        return best_of(self.epochs)

    def resume(
        self, *, epochs: Iterable[EpochRecord], curve: Curve, lr_changes: Iterable[tuple[int, float]], best_weights: dict[str, Tensor]
    ) -> None:
        """Go on after `epochs`; the weights and the optimiser's state have been loaded already."""
        self.epochs, self.curve, self.lr_changes = list(epochs), curve, list(lr_changes)
        if self.config.label_smoothing:
            curve.widen()
        self.step = self.epochs[-1].step
        self.best_weights = {name: value.to(self.device) for name, value in best_weights.items()}

    def weights(self) -> dict[str, Tensor]:
        """The weights that are evaluated and kept: the model's, or their average if the run has one."""
        return self.average.weights if self.average else {name: value.detach() for name, value in self.model.state_dict().items()}

    @property
    def images_per_second(self) -> float:
        """The speed of training now, smoothed; NaN before the first reading."""
        return self.readings.images_per_second

    def seconds_left(self) -> float:
        """Estimated seconds until the last epoch's end, from the speed now; NaN before the first reading."""
        images = (self.total_steps - self.step) * self.config.batch_size
        validations = (self.config.epochs - self.epoch) * len(self.val_split)
        return (images + validations * EVAL_COST) / self.images_per_second

    def fit(self) -> None:
        """Run the epochs that are left. Called again when none is, it warns and does nothing."""
        if self._fitted and self.epoch >= self.config.epochs:
            done = f"All {self.config.epochs} epochs have been trained: there is nothing left."
            warnings.warn(f"{done} For more, make a Trainer with more epochs.", stacklevel=2)
            return
        with computing_with(self.config.threads or torch.get_num_threads()):
            self._call("on_train_begin")
            while self.epoch < self.config.epochs:
                self._call("on_epoch_begin")
                self.epochs.append(self._run_epoch())
                if self.best is self.epochs[-1]:
                    self.best_weights = {name: value.clone() for name, value in self.weights().items()}
                self._call("on_epoch_end")
            self._call("on_train_end")
        self._fitted = True

    def _run_epoch(self) -> EpochRecord:
        start = self.readings.now()
        train = self._train_phase()
        spent = self.readings.now() - start
        if not (finite(self.model.state_dict()) and finite(self.weights())):
            raise diverged(f"Some weights are no finite numbers after step {self.step}", self._last_lr)
        val = self.evaluate(self.val_split, phase="val")
        self.val_logits = val.logits
        return EpochRecord(
            epoch=self.epoch,
            step=self.step,
            train_loss=train.loss,
            train_loss_unsmoothed=train.unsmoothed,
            train_top1=train.confusion.top1,
            val_loss=val.loss,
            val_top1=val.confusion.top1,
            train_confusion=frozen(train.confusion.matrix.cpu().numpy(), "int64"),
            val_confusion=frozen(val.confusion.matrix.cpu().numpy(), "int64"),
            val_exact=val.exact,
            **self.samples(),
            lr=self._last_lr,
            seconds=self.readings.now() - start,
            images_per_second=len(self.train_split) / spent,
        )

    def _train_phase(self) -> Sums:
        """One pass over the training split."""
        self.phase = "train"
        self.model.train()
        seed_dropout(self.model, derived_seed(self.config.seed, "dropout", self.epoch), self.device)
        augmenting = torch.Generator(self.device).manual_seed(derived_seed(self.config.seed, "augment", self.epoch))
        shuffling = torch.Generator().manual_seed(derived_seed(self.config.seed, "shuffle", self.epoch))
        order = torch.randperm(len(self.train_split), generator=shuffling)
        sums = Sums(len(self.dataset.classes), self.device, smoothed=bool(self.config.label_smoothing))
        self.readings.start()
        for index in self.objective.batches(self.train_split, order, shuffling):
            self._call("on_batch_begin")
            done = self._train_step(index, augmenting)
            sums.add(done)
            self.readings.note(done, self.optimizer.param_groups[0]["lr"])
            self.step += 1
            if self.readings.due():
                self.read()
            self._call("on_batch_end")
        self.read()
        return sums

    def _train_step(self, index: Tensor, augmenting: torch.Generator) -> Outcome:
        """Forward, backward, step on the training pairs at `index`; everything of the outcome is on the device."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.lr * group.get("lr_scale", 1.0)
        done = self.objective.forward(self.train_split, index, augmenting)
        self.optimizer.zero_grad(set_to_none=True)
        done.loss.backward()
        self._call("on_gradients_ready")
        if self.config.clip_norm:
            nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip_norm)
        self.optimizer.step()
        if self.average:
            self.average.update(self.step)
        return done

    def evaluate(self, split: Split | SeqSplit, *, phase: str) -> Judgement:
        """What the model makes of `split`, in eval mode. Raises TrainingError for answers that are not finite.

        Memory is given back before and after: blocks of a training step do not fit what judging needs, nor the other way round, and a
        run would take the sum of both, where `footprint` promises the larger.
        """
        self.phase = phase
        self.model.eval()
        give_back()
        with self.averaged():
            found = self.objective.judge(split, lambda: self._call("on_batch_end"))
        give_back()
        if not math.isfinite(found.loss) or not (found.logits is None or found.logits.isfinite().all()):
            raise diverged(f"The answers to the {PHASES[phase]} set are no finite numbers after step {self.step}", self._last_lr)
        return found

    def averaged(self) -> AbstractContextManager[None]:
        """While it lasts, the model has the weights that are evaluated."""
        return self.average.in_use() if self.average else nullcontext()

    def test(self) -> FinalTest:
        """Load the best weights and evaluate them on the test split, to be done once, at the end."""
        self.model.load_state_dict(self.best_weights)
        self.average = None
        found = self.evaluate(self.dataset.test.to(self.device), phase="test")
        confusion = frozen(found.confusion.matrix.numpy(), "int64")
        return FinalTest(loss=found.loss, top1=found.confusion.top1, exact=found.exact, confusion=confusion, epoch=self.best.epoch)

    def predict(self, images: Tensor | Split) -> Tensor:
        """The class of each image, (N,) int64 on the CPU, by the weights as they are now.

        `images` are a split, or (N, C, H, W) uint8 bytes, or one picture (C, H, W). Raises DataError for others, and for sequences.
        """
        with self._looking():
            return self.objective.predict(images)

    def samples(self) -> dict[str, Any]:
        """What the model says of the first validation inputs, as fields of a `Snapshot`."""
        with self._looking():
            return self.objective.samples(self.val_split)

    @contextmanager
    def _looking(self) -> Iterator[None]:
        """In eval mode, with the weights that are evaluated and without gradients; then the mode is what it was."""
        training = self.model.training
        self.model.eval()
        with torch.no_grad(), self.averaged():
            yield
        self.model.train(training)

    def read(self) -> None:
        """Read back the steps since the last reading; raises TrainingError when a loss is not finite."""
        if self.readings.read(self.curve, self.step):
            self._call("on_reading")

    def _call(self, hook: str) -> None:
        for callback in self.callbacks:
            getattr(callback, hook)(self)
