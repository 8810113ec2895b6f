"""How much memory a run will take, before anything of it is made: followed on tensors without values, for any model and batch size.

    weights + optimiser's state + averages and best weights
        + the most of: a training step (gradients, what is kept for the way back), an evaluation, writing a checkpoint

The real run takes more in some places (what kernels need for themselves, what is freed and not given back) and less in others (a
compiled scan keeps less than torch's). Measured on models of every kind, what is estimated is 0.8 to 1.9 times what a run took.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn

from core.data.seq_tasks import seq_task
from core.data.shapes import PARTS
from core.models import Task
from core.models.seq2seq_task import Seq2SeqTask
from core.models.weightless import Ledger, build_weightless, following, size_of
from core.training.config import RunConfig, TrainingConfig
from core.training.engines.contract import Size
from core.training.flat_config import kind_of
from core.training.loop.evaluate import BATCH as EVALUATED
from core.training.loop.objective import BATCH as JUDGED
from core.training.loop.optim import make_optimizer

MARGIN = 1.4  # for what kernels need for themselves, and for freed blocks between others that are not free
BASE = 60 * 10**6  # bytes that any run takes: threads, compiled kernels, records
IMAGE = 3 * 32 * 32  # numbers
BATCH_COPIES = 3 + 3 * 4  # bytes a number of a batch of images: as they are, shifted and cut out; as floats, normalised
PICTURES = {"shapes": sum(map(len, PARTS.values())), "cifar10": 60_000, "fashion_mnist": 70_000}
SET_COPIES = 2  # while images are read there are two copies of them
WRITTEN = 3  # copies of what a checkpoint holds, while it is written


@dataclass(frozen=True)
class Footprint:
    """Bytes that a run takes at its most, by what takes them."""

    weights: int  # of the model alone
    kept: int  # weights, the optimiser's state, the averaged and the best weights
    training: int  # a step, beyond what is kept
    evaluating: int
    writing: int  # a checkpoint
    trying: int  # the copy of the model that times a first step, beyond the weights
    data: int  # images or sequences that are still to be loaded
    parameters: int  # of the model: numbers, not bytes

    @property
    def peak(self) -> int:
        """The most at a time, without data."""
        steady = self.kept + max(self.training, self.evaluating, self.writing)
        return BASE + round(MARGIN * max(steady, self.weights + self.trying))

    @property
    def total(self) -> int:
        """All of it."""
        return self.peak + self.data


def footprint(config: RunConfig, *, classes: int = 10, loaded: bool = False) -> Footprint:
    """What a run of `config` will take; `classes` where it is known, `loaded` when its data is in memory already.

    Computed in float32, as on a CPU: bf16 takes less.
    """
    t = config.training
    sizes = (t.batch_size, t.optimizer, bool(t.momentum), bool(t.ema), t.train_fraction < 1)
    found = _followed(config.model, config.model_config, config.dataset, classes, *sizes)
    return found if loaded else replace(found, data=found.data + data_size(config))


def size_of_run(config: RunConfig) -> Size:
    """How large a run would be, for an engine."""
    found = footprint(config, loaded=True)
    return Size(found.parameters, found.peak)


@lru_cache(maxsize=256)
def forward_pass(model: str, hyperparameters: Any, dataset: str, count: int, classes: int = 10) -> int:
    """Bytes that a trained model takes at its most, its weights among them, while it reads `count` images or pairs in eval mode."""
    from core.training.runs.speed import rehearsed

    task = rehearsed(RunConfig(model=model, dataset=dataset, model_config=hyperparameters), classes)
    net = build_weightless(model, task, **vars(hyperparameters))
    with following(net) as ledger:
        return round(MARGIN * (size_of(net) + _evaluating(net, task, ledger, count)))


def data_size(config: RunConfig) -> int:
    """Bytes that reading the data set takes; of a folder, which nobody has counted yet, nothing: reading it looks for itself."""
    if kind_of(config.flat()) == "images":
        return SET_COPIES * IMAGE * PICTURES.get(config.dataset, 0)
    task = seq_task(config.dataset)
    pictures = PICTURES.get(getattr(config.data_config, "pictures", ""), 0) if task.images else 0
    return 40 * 10**6 + SET_COPIES * (22_000 * 8 * (task.max_source + task.max_target) + IMAGE * pictures)


@lru_cache(maxsize=256)
def _followed(
    model: str, hyperparameters: Any, dataset: str, classes: int, batch: int, optimizer: str, momentum: bool, averaged: bool, part: bool
) -> Footprint:
    """The footprint of a run, without its data but for the copy that a part of the training set is."""
    from core.training.runs.speed import random_loss, rehearsed  # which asks here whether what it measures fits

    training = TrainingConfig(optimizer=optimizer, momentum=0.9 * momentum)
    config = RunConfig(model=model, dataset=dataset, model_config=hyperparameters, training=training)
    task = rehearsed(config, classes)
    net = build_weightless(model, task, **vars(hyperparameters))
    weights = size_of(net)
    with following(net) as ledger:
        random_loss(task, batch, "meta")(net).backward()
        step = ledger.peak + _inputs(task, batch)
        gradients = ledger.restart()
        state, stepping = _stepping(net, training, ledger)
        evaluating = gradients + _evaluating(net, task, ledger)
    kept = weights + state + weights * (1 + averaged)
    largest = max(weights, state + weights * averaged)
    return Footprint(
        weights, kept, max(step, gradients + stepping), evaluating + weights * averaged, gradients + WRITTEN * largest, weights + step,
        IMAGE * PICTURES.get(dataset, 0) if part else 0, sum(weight.numel() for weight in net.parameters()),
    )  # fmt: skip


def _stepping(model: nn.Module, training: TrainingConfig, ledger: Ledger) -> tuple[int, int]:
    """Bytes of the optimiser's state, and what a step takes beyond it and the gradients."""
    if training.optimizer != "muon":  # fused: nothing beyond the state
        numbers = {"adamw": 2, "adam": 2, "sgd": int(training.momentum > 0)}[training.optimizer]
        return numbers * sum(p.numel() * p.element_size() for p in model.parameters()), 0
    before = ledger.restart()
    stepper = make_optimizer(model, training, fused=False)
    stepper.step()
    return ledger.live - before, ledger.peak - ledger.live


def _inputs(task: Task | Seq2SeqTask, batch: int) -> int:
    """Bytes of a batch before the model has it, and of what is asked of its outputs."""
    if isinstance(task, Task):
        return batch * BATCH_COPIES * IMAGE
    return batch * task.max_target * task.vocabulary * 4 * 3  # logits once more without padding, smoothed, their gradient


@torch.no_grad()
def _evaluating(model: nn.Module, task: Task | Seq2SeqTask, ledger: Ledger, count: int = 0) -> int:
    """The most that judging a batch takes, in eval mode; of `count` images or pairs, else as many as are judged at a time."""
    model.eval()
    start = ledger.restart()
    if isinstance(task, Task):
        count = count or EVALUATED
        model(torch.empty(count, task.channels, task.image_size, task.image_size, device="meta"))
        return ledger.peak - start + count * 5 * IMAGE
    count = count or JUDGED
    source, target = _pairs(task, count)
    memory = model.encode(source)
    before = ledger.live
    cache = model.start(memory)
    grown = (ledger.live - before) * task.max_target // task.max_source  # what it will hold of the output, as of the input
    model.decode(target, memory)
    del cache
    return ledger.peak - start + 2 * grown + count * task.max_target * task.vocabulary * 4


def _pairs(task: Seq2SeqTask, count: int) -> tuple[Tensor, Tensor]:
    """The longest sources and targets of a task, without values."""
    whole = {"dtype": torch.int64, "device": "meta"}
    if task.image_size:
        source = torch.empty(count, task.max_source, 3, task.image_size, task.image_size, dtype=torch.uint8, device="meta")
    else:
        source = torch.empty(count, task.max_source, **whole)
    return source, torch.empty(count, task.max_target, **whole)
