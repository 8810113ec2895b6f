"""What the weights of one epoch say of images: computed once, kept on disk, and everything else follows without a second forward pass."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.data import Progress
from core.errors import StoreError
from core.recorded import recorded_epochs
from core.scores import ClassScores
from core.training.history import frozen

if TYPE_CHECKING:
    from core.data.splits import Split
    from core.training.checkpoint import OpenedModel
    from core.training.manager import RunManager

SPLITS = ("val", "test", "train")
RECORDED = "recorded-"


@dataclass(frozen=True, eq=False)
class Judged:
    """Logits (N, K) float32 of images in their split's order, and the true classes (N,) int64; both read-only."""

    logits: np.ndarray
    labels: np.ndarray

    @cached_property
    def probabilities(self) -> np.ndarray:
        """Softmax of the logits, (N, K) float64."""
        shifted = np.exp(self.logits.astype(np.float64) - self.logits.max(axis=1, keepdims=True, initial=-np.inf))
        return shifted / shifted.sum(axis=1, keepdims=True)  # (N, K) / (N, 1)

    @cached_property
    def predictions(self) -> np.ndarray:
        """The class of the highest logit, the first of equals, (N,)."""
        return self.logits.argmax(axis=1)  # (N, K) -> (N,)

    @property
    def right(self) -> np.ndarray:
        """Which images are named rightly, (N,) bool."""
        return self.predictions == self.labels

    @cached_property
    def scores(self) -> ClassScores:
        """The confusion matrix and all that follows from it."""
        classes = self.logits.shape[1]
        cells = np.bincount(self.labels * classes + self.predictions, minlength=classes**2)
        return ClassScores(cells.reshape(classes, classes))  # (K * K,) -> (K, K)

    def cell(self, true: int, predicted: int) -> np.ndarray:
        """Indices of the images of class `true` that were taken for `predicted`, the surest first."""
        found = np.flatnonzero((self.labels == true) & (self.predictions == predicted))
        return found[np.argsort(-self.probabilities[found, predicted], kind="stable")]


def judged(manager: RunManager, run_id: str, epoch: int, images: str = "val", *, progress: Progress | None = None) -> Judged:
    """What `epoch` of a run (or of a recorded one) says of a split of its data set, or of a folder of class folders.

    Read from disk if that has been asked before (for validation the training itself has kept it), else computed and kept.
    Raises StoreError when the weights are not kept, and DataError when the images are not there.
    """
    path = manager.files(run_id).logits(images if images in SPLITS else _name(images), epoch)
    return _kept(path) or _compute(manager, run_id, epoch, images, path, progress)


def is_kept(manager: RunManager, run_id: str, epoch: int, images: str = "val") -> bool:
    """Whether `judged` would answer at once."""
    return manager.files(run_id).logits(images if images in SPLITS else _name(images), epoch).is_file()


def weights_of(manager: RunManager, run_id: str) -> dict[int, Path]:
    """The weights that a run keeps, by epoch; of a recorded run those that came with the lab."""
    if run_id.startswith(RECORDED):
        return recorded_epochs(run_id.removeprefix(RECORDED))
    files = manager.files(run_id)
    return {epoch: files.epoch(epoch) for epoch in files.epochs()}


def looks(manager: RunManager) -> int:
    """How often weights of this lab were judged on test images: once at the end of every run, and whenever a page asked for it."""
    runs = manager.runs()
    final = sum(row.test_top1 == row.test_top1 for row in runs)  # NaN where there was none
    return final + len(list((manager.home / "runs").glob("*/logits-test-*.safetensors")))


def _kept(path: Path) -> Judged | None:
    """The file's content; None when it is not there or damaged, for it can be computed again."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        found = load_file(path)
        return Judged(frozen(found["logits"], np.float32), frozen(found["labels"], np.int64))
    except (OSError, SafetensorError, KeyError):
        return None


def _compute(manager: RunManager, run_id: str, epoch: int, images: str, path: Path, progress: Progress | None) -> Judged:
    from core.data.splits import normalize
    from core.training.checkpoint import open_model, save_tensors
    from core.training.evaluate import BATCH, evaluate

    weights = weights_of(manager, run_id)
    if epoch not in weights:
        kept = ", ".join(str(e + 1) for e in weights) or "none"
        raise StoreError(f"Run {run_id} keeps no weights of epoch {epoch + 1}. Choose one of the kept epochs: {kept}.")
    opened = open_model(weights[epoch])
    split = _images(manager, opened, images, progress)
    done = 0

    def told() -> None:
        nonlocal done
        done = min(done + BATCH, len(split))
        if progress:
            progress(done, len(split), "Judging images")

    found = evaluate(lambda batch: opened.model(normalize(batch, opened.mean, opened.std)), split, len(opened.classes), after_batch=told)
    save_tensors(path, {"logits": found.logits, "labels": split.labels}, {"run": run_id, "epoch": epoch, "images": images})
    return Judged(frozen(found.logits.numpy(), np.float32), frozen(split.labels.numpy(), np.int64))


def _images(manager: RunManager, opened: OpenedModel, images: str, progress: Progress | None) -> Split:
    from core.data.folder import labelled_split
    from core.training.config import RunConfig
    from core.training.datasets import load_shared

    report = progress or (lambda *_: None)
    if images in SPLITS:
        return getattr(load_shared(RunConfig.of(**opened.metadata["config"]), manager.home, report), images)
    return labelled_split(images, opened.classes, home=manager.home, progress=report)[0]


def _name(folder: str) -> str:
    """A folder's files in short: another name as soon as one of them changes."""
    from core.data.scan import scan

    return f"folder.{scan(folder).fingerprint}"
