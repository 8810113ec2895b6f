"""Three training loops that take turns: the lab's own, a bare one over the same tensors, and the one that a textbook shows.

Each is a contender with `turn(seconds) -> images per second` of the training phase alone; between its turns it stands still.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset

from core.data import load_dataset
from core.data.splits import Dataset, Split, normalize
from core.models import Task, build_model
from core.models.gru import use_kernel
from core.training.config import RunConfig
from core.training.history import Snapshot
from core.training.loop.device import Plan, use_threads
from core.training.loop.optim import make_optimizer
from core.training.runs.manager import RunManager

WARM_SECONDS = 0.3  # of every turn, before the clock starts: caches are the last contender's
POLL = 0.002  # seconds between two looks at the lab's snapshot
TRIES = 30  # turns of the lab until one meets no epoch's end


def speed(steps: Iterator[int], seconds: float) -> float:
    """Images per second of `steps`, an endless iterator that does one step each and gives the images in it."""
    warm_until = time.perf_counter() + WARM_SECONDS
    while time.perf_counter() < warm_until:
        next(steps)
    images, start = 0, time.perf_counter()
    while time.perf_counter() < start + seconds:
        images += next(steps)
    return images / (time.perf_counter() - start)


def fresh_model(config: RunConfig, dataset: Dataset) -> nn.Module:
    return build_model(config.model, Task(num_classes=len(dataset.classes)), seed=config.training.seed, **vars(config.model_config))


# -- the lab --------------------------------------------------------------------------------------------------------


class Lab:
    """A run of `config` in the lab's own thread, with all that comes with it: queue, snapshots, checkpoints, database."""

    def __init__(self, manager: RunManager, config: RunConfig):
        self.manager, self.batch = manager, config.training.batch_size
        self.run_id = manager.submit(config, paused=True)
        self._wait_until_paused()
        self.plan = Plan(self._snapshot().threads, self._snapshot().kernel)

    def turn(self, seconds: float) -> float:
        """Like the others' `turn`; a turn in which an epoch ended is taken again, for validation is no training."""
        for _ in range(TRIES):
            self.manager.resume(self.run_id)
            start, began = self._reading(after=WARM_SECONDS)
            end, ended = self._reading(after=seconds)
            self.manager.pause(self.run_id)
            self._wait_until_paused()
            whole = start.step % start.steps_per_epoch and end.step % end.steps_per_epoch  # the last batch of an epoch is short
            if whole and len(start.epochs) == len(end.epochs):
                return (end.step - start.step) * self.batch / (ended - began)
        raise RuntimeError(f"An epoch of {self.run_id} is shorter than a turn of {seconds:g} s: take more images, or shorter turns.")

    def close(self) -> None:
        self.manager.delete(self.run_id)

    def _snapshot(self) -> Snapshot:
        now = self.manager.snapshot(self.run_id)
        if not now.active:
            raise RuntimeError(f"The run {self.run_id} is {now.status}: {now.message}")
        return now

    def _reading(self, *, after: float) -> tuple[Snapshot, float]:
        """The first new numbers that the lab publishes after so many seconds, and when it did."""
        time.sleep(after)
        before = self._snapshot().step
        while (now := self._snapshot()).step == before:
            time.sleep(POLL)
        return now, time.perf_counter()

    def _wait_until_paused(self) -> None:
        while self._snapshot().status != "paused":
            time.sleep(POLL)


# -- bare -----------------------------------------------------------------------------------------------------------


class Bare:
    """Nothing but the arithmetic: index, normalise, forward, loss, backward, clip, step, with the threads and kernel that the lab chose.

    It has a thread of its own, as the lab has: the C library gives the first thread other memory than later ones, which alone
    makes a CNN's step 20 % slower or faster.
    """

    def __init__(self, dataset: Dataset, config: RunConfig, plan: Plan):
        self._steps = bare_steps(dataset, config, plan.kernel)
        self._thread = ThreadPoolExecutor(1, initializer=use_threads, initargs=(plan.threads,))

    def turn(self, seconds: float) -> float:
        return self._thread.submit(speed, self._steps, seconds).result()

    def close(self) -> None:
        self._thread.shutdown()
        self._steps.close()


def bare_steps(dataset: Dataset, config: RunConfig, kernel: str) -> Iterator[int]:
    training, model = config.training, fresh_model(config, dataset).train()
    use_kernel(model, kernel)
    optimizer, split = make_optimizer(model, training), dataset.train
    generator = torch.Generator().manual_seed(training.seed)
    while True:
        for index in torch.randperm(len(split), generator=generator).split(training.batch_size):
            images = normalize(split.images[index], dataset.mean, dataset.std)
            loss = F.cross_entropy(model(images), split.labels[index])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            if training.clip_norm:
                nn.utils.clip_grad_norm_(model.parameters(), training.clip_norm)
            optimizer.step()
            del loss  # and its graph: kept until the next forward it would cost a GRU 8 % of its speed
            yield len(index)


# -- plain ----------------------------------------------------------------------------------------------------------

OPTIMIZERS = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}


class Pictures(TorchDataset):
    """Images in memory that become PIL images and then tensors one by one, as torchvision's own CIFAR10 does it."""

    def __init__(self, split: Split, transform: Any):
        self.images, self.labels, self.transform = split.images.permute(0, 2, 3, 1).contiguous().numpy(), split.labels.tolist(), transform

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        from PIL import Image

        return self.transform(Image.fromarray(self.images[index])), self.labels[index]


def plain_steps(dataset: Dataset, config: RunConfig) -> Iterator[int]:
    """A textbook's loop: DataLoader with 2 workers, per-image ToTensor and Normalize, the loss read back at every step."""
    from torchvision import transforms

    training, model = config.training, fresh_model(config, dataset).train()
    transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize(dataset.mean, dataset.std)])
    loader = DataLoader(Pictures(dataset.train, transform), batch_size=training.batch_size, shuffle=True, num_workers=2)
    criterion = nn.CrossEntropyLoss()
    optimizer = OPTIMIZERS[training.optimizer](model.parameters(), lr=training.lr, weight_decay=training.weight_decay)
    running_loss, correct = 0.0, 0
    for _ in itertools.count():
        for images, labels in loader:
            optimizer.zero_grad()
            logits = model(images)
            loss = criterion(logits, labels)
            loss.backward()
            if training.clip_norm:
                nn.utils.clip_grad_norm_(model.parameters(), training.clip_norm)
            optimizer.step()
            running_loss += loss.item() * len(labels)
            correct += (logits.argmax(1) == labels).sum().item()
            yield len(labels)


class Plain:
    """The textbook's loop in a process of its own, with torch's default number of threads."""

    def __init__(self, config: RunConfig, home: str):
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve_plain, args=(theirs, config, home))
        ours = dict(os.environ)
        os.environ.pop("OMP_NUM_THREADS", None)  # the default is torch's, not the caller's
        os.environ["GOMP_SPINCOUNT"] = "300000"  # nor the lab's: this is what libgomp does unless told otherwise
        self._process.start()
        os.environ.update(ours)
        theirs.close()
        self.threads = self._pipe.recv()

    def turn(self, seconds: float) -> float:
        self._pipe.send(seconds)
        return self._pipe.recv()

    def close(self) -> None:
        self._pipe.send(None)
        self._process.join()


def serve_plain(pipe: Any, config: RunConfig, home: str) -> None:
    """The other process: a number of seconds comes in, a speed goes out, until None comes."""
    dataset = load_dataset(config.dataset, config.data_config, home=home)
    steps = plain_steps(dataset, config)
    pipe.send(torch.get_num_threads())
    while (seconds := pipe.recv()) is not None:
        pipe.send(speed(steps, seconds))
    steps.close()
