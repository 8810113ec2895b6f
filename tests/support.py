"""What several tests need: a tiny data set that is there at once, and waiting for a run."""

from __future__ import annotations

import dataclasses
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import torch
from PIL import Image

from core.data import DATASETS, DatasetSpec
from core.data.splits import Dataset, Split
from core.records.recorded import recorded_epochs, recorded_run
from core.training.history import Snapshot
from core.training.loop.trainer import Trainer
from core.training.runs.checkpoint import OpenedModel, open_model
from core.training.runs.manager import RunManager
from tests.patience import SECONDS


def tiny_split(count: int, seed: int) -> Split:
    """Ten fixed patterns, one a class, with noise: learnable in a few steps."""
    patterns = torch.randint(0, 200, (10, 3, 32, 32), generator=torch.Generator().manual_seed(99))
    labels = torch.arange(count) % 10
    noise = torch.randint(0, 50, (count, 3, 32, 32), generator=torch.Generator().manual_seed(seed))
    return Split((patterns[labels] + noise).to(torch.uint8), labels)


def load_tiny(name, config, *, home=None, download=False, progress=None, train=100) -> Dataset:
    if progress:
        progress(1, 1, "Drawing")
    splits = tiny_split(train, 1), tiny_split(40, 2), tiny_split(40, 3)
    return Dataset.of(name, *splits, [f"class {k}" for k in range(10)])


def random_images(count: int, seed: int = 0) -> torch.Tensor:
    """Images (count, 3, 32, 32) uint8 of nothing but noise."""
    return torch.randint(0, 256, (count, 3, 32, 32), generator=torch.Generator().manual_seed(seed), dtype=torch.uint8)


def open_recorded(name: str) -> OpenedModel:
    """The model of a run that came with the lab, of its best epoch."""
    return open_model(recorded_epochs(name)[recorded_run(name).best.epoch])


def write_class_folders(folder: Path, split: Split) -> None:
    """Write the images of a split into a folder for each class, as PNG."""
    for i, (image, label) in enumerate(zip(split.images, split.labels.tolist(), strict=True)):
        (folder / f"class {label}").mkdir(parents=True, exist_ok=True)
        Image.fromarray(image.permute(1, 2, 0).numpy()).save(folder / f"class {label}" / f"{i}.png")


def register_tiny(train: int = 100) -> None:
    """Make the data set "tiny" known, as a row like any other."""
    DATASETS["tiny"] = DatasetSpec("Tiny", "For tests.", "tests.support:load_tiny", fixed={"train": train})


def leave_compiler_out() -> None:
    """Let no optimiser load torch's compiler, which takes most of a second: it is only told to keep away. For processes that tests start
    in numbers, and whose runs are not compiled.
    """
    compiler = sys.modules["torch._dynamo"] = ModuleType("torch._dynamo")
    compiler.disable, compiler.graph_break = lambda function, *_, **__: function, lambda: None


SMALL = {
    "dataset": "tiny", "model": "gru", "patch_size": 16, "embed_dim": 8, "hidden_size": 8, "batch_size": 32,
    "threads": 1, "kernel": "torch",
}  # fmt: skip


def wait_for(manager: RunManager, run_id: str, condition: Callable[[Snapshot], bool], seconds: float = SECONDS) -> Snapshot:
    """The first snapshot that fulfils `condition`; fails the test when none comes, or the run ends otherwise."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        snapshot = manager.snapshot(run_id)
        if condition(snapshot):
            return snapshot
        time.sleep(0.01)
    raise AssertionError(f"run {run_id} is {snapshot.status} ({snapshot.message}) at step {snapshot.step}")


def diverge(monkeypatch) -> None:
    """From its sixth step on, every run's loss is not a number."""
    whole = Trainer._train_step

    def broken(self, *arguments):
        done = whole(self, *arguments)
        return dataclasses.replace(done, loss=done.loss * float("nan")) if self.step > 5 else done

    monkeypatch.setattr(Trainer, "_train_step", broken)


def ended(snapshot: Snapshot) -> bool:
    return not snapshot.active


LONG_TINY = {**SMALL, "epochs": 1000}
