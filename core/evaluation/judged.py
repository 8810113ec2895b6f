"""Judgements on images by weights of one epoch: computed once, kept on disk, and everything else follows without a second forward pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.data import Progress
from core.data.left_out import WHOLE, LeftOut
from core.errors import NOT_FINITE, BusyError, DataError, StoreError
from core.evaluation.looks import look
from core.folders import whole_path
from core.frames import pandas
from core.records.shipped import is_shipped
from core.scores import ClassScores
from core.training.history import frozen
from core.training.runs.tensor_file import read_arrays

if TYPE_CHECKING:
    from pandas import DataFrame

    from core.data.splits import Split
    from core.training.history import Snapshot
    from core.training.loop.evaluate import Judgement
    from core.training.runs.manager import RunManager

SPLITS = ("val", "test", "train")
LEFT_OUT = "left_out"  # in what a file of answers says of itself


@dataclass(frozen=True, eq=False)
class Judged:
    """Logits (N, K) float32 of images in their split's order, and the true classes (N,) int64; both read-only.

    `left_out` is what of a folder was left out, as `core.data.left_out.LeftOut.plain` tells it.
    """

    logits: np.ndarray
    labels: np.ndarray
    left_out: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def probabilities(self) -> np.ndarray:
        """Softmax of the logits, (N, K) float64."""
        shifted = np.exp(self.logits.astype(np.float64) - self.logits.max(axis=1, keepdims=True, initial=-np.inf))
        return shifted / shifted.sum(axis=1, keepdims=True)  # (N, K) / (N, 1)

    @cached_property
    def predictions(self) -> np.ndarray:
        """The class of the highest logit, the first of equals, (N,)."""
        return self.logits.argmax(axis=1)  # (N, K) -> (N,)

    @cached_property
    def true_probabilities(self) -> np.ndarray:
        """The probability of each image's own class, (N,)."""
        return np.take_along_axis(self.probabilities, self.labels[:, None], axis=1)[:, 0]  # (N, K) -> (N, 1) -> (N,)

    @property
    def losses(self) -> np.ndarray:
        """Cross-entropy of each image, (N,), in nats."""
        return -np.log(np.maximum(self.true_probabilities, np.finfo(float).tiny))

    @property
    def loss(self) -> float:
        """Mean cross-entropy; NaN without images."""
        return float(self.losses.mean()) if len(self.labels) else float("nan")

    @property
    def right(self) -> np.ndarray:
        """Images that are named rightly, (N,) bool."""
        return self.predictions == self.labels

    @cached_property
    def scores(self) -> ClassScores:
        """The confusion matrix and all that follows from it."""
        classes = self.logits.shape[1]
        cells = np.bincount(self.labels * classes + self.predictions, minlength=classes**2)
        return ClassScores(cells.reshape(classes, classes))  # (K * K,) -> (K, K)

    def frame(self, classes: Sequence[str]) -> DataFrame:
        """A table with a row an image, `image` being its place in the split (from 0): its class, what it was taken for, and whether that is
        right; `confidence` is the probability of what was said, `true_probability` that of what is right, `loss` the cross-entropy in nats.
        """
        names = np.array(classes, dtype=object)
        columns = {
            "image": np.arange(len(self.labels)),
            "true_class": names[self.labels],
            "predicted_class": names[self.predictions],
            "correct": self.right,
            "confidence": self.probabilities.max(axis=1, initial=0.0),
            "true_probability": self.true_probabilities,
            "loss": self.losses,
        }
        return pandas().DataFrame(columns).astype({"true_class": "string", "predicted_class": "string"})

    def cell(self, true: int, predicted: int) -> np.ndarray:
        """Indices of the images of class `true` that were taken for `predicted`, the surest first."""
        places = np.flatnonzero((self.labels == true) & (self.predictions == predicted))
        return places[np.argsort(-self.probabilities[places, predicted], kind="stable")]


def judged(
    manager: RunManager, run_id: str, epoch: int, images: str = "val", *, data: str = "", progress: Progress | None = None
) -> Judged:
    """Judgement of `epoch` of a run (or of a recorded one) on a split of its data set, or on a folder of class folders.

    Read from disk if that has been asked before (for validation the training itself has kept it), else computed and kept; to compute it on
    test images is a look at them, which is counted (`core.evaluation.looks`), to read it again is none.
    `data`: the folder in which the images of the run lie now, where they have moved. Raises StoreError when the weights are not kept, and
    DataError when the images are not there, or are not those that the run itself counted.
    """
    path = logits_file(manager, run_id, epoch, images)
    if known := _kept(path):
        return known
    from core.training.runs.checkpoint import save_tensors

    manager.weights(run_id, epoch)  # says what is wrong before the images are loaded
    run = manager.snapshot(run_id)
    split, left_out = _images(manager, run, images, data, progress)
    judgement = judge(manager, run_id, epoch, images, split, progress=progress)
    folder_of(manager, run_id)
    about = {"run": run_id, "epoch": epoch, "images": images, LEFT_OUT: left_out.plain()}
    save_tensors(path, {"logits": judgement.logits, "labels": split.labels}, about)
    return Judged(frozen(judgement.logits.numpy(), np.float32), frozen(split.labels.numpy(), np.int64), about[LEFT_OUT])


def logits_file(manager: RunManager, run_id: str, epoch: int, images: str = "val") -> Path:
    """File in which `judged` keeps its answer: if there is one, it answers at once."""
    return manager.files(run_id).logits(_name(images), epoch)


def judged_epochs(manager: RunManager, run_id: str, images: str = "val") -> list[int]:
    """The epochs (from 0) of which it is kept what they say of these images, ascending."""
    return manager.files(run_id).answered(_name(images))


def images_of(manager: RunManager, run: Snapshot, images: str, *, data: str = "", progress: Progress | None = None) -> Split:
    """The labelled images that `judged` judges, in its order: a split of a run's own, or a folder of class folders.

    Raises DataError when they are not there, or are not those of the run: see `check_same`.
    """
    return _images(manager, run, images, data, progress)[0]


def _images(manager: RunManager, run: Snapshot, images: str, data: str, progress: Progress | None) -> tuple[Split, LeftOut]:
    """What `images_of` gives, and what was left out of a folder that is not the run's own: of that its record tells."""
    from core.data.folder import labelled_split
    from core.training.runs.datasets import data_of

    report = progress or (lambda *_: None)
    if images in SPLITS:
        return data_of(run, manager.home, data=data, progress=report)[images], WHOLE
    return labelled_split(images, run.classes, home=manager.home, progress=report)


def folder_of(manager: RunManager, run_id: str) -> Path:
    """Folder of what was measured of a run. That of a recorded run is made; that of a run somebody has deleted does not come back."""
    folder = manager.files(run_id).folder
    if is_shipped(run_id):
        with suppress(OSError):
            folder.mkdir(exist_ok=True)
    return folder


def _kept(path: Path) -> Judged | None:
    """The file's content; None when it is not there or damaged, for it can be computed again."""
    try:
        arrays, about = read_arrays(path)
        return Judged(frozen(arrays["logits"], np.float32), frozen(arrays["labels"], np.int64), about.get(LEFT_OUT, {}))
    except BusyError:
        raise  # it may be there, and to judge test images again would be another look at them
    except (StoreError, KeyError):
        return None


def judge(
    manager: RunManager, run_id: str, epoch: int, images: str, split: Split, *, as_trained: bool = False, progress: Progress | None = None
) -> Judgement:
    """Have the weights of `epoch` judge the labelled images `split`, which `images` (a split's name, or a folder) names. Leaves the mark
    of a look where they are test images. Raises StoreError when the weights are not kept, and DataError when the answers are no finite
    numbers. That the images are those of the run is for `images_of` to see.

    `as_trained`: with the threads and the kernel of the run's own training, which gives its numbers again; else with one thread, because
    more are slower beside a run that trains.
    """
    from core.data.splits import normalize
    from core.models.gru import kernels, use_kernel
    from core.training.loop.device import computing_with
    from core.training.loop.evaluate import BATCH, evaluate
    from core.training.runs.checkpoint import open_model
    from core.training.runs.fitting import check_reads

    opened, run = open_model(manager.weights(run_id, epoch)), manager.snapshot(run_id)
    check_reads(opened.metadata["config"], min(BATCH, len(split)), classes=len(opened.classes), what="Judging these images")
    look(manager, run_id, epoch, images if images in SPLITS else "folder" * is_own_folder(run, images, split))
    use_kernel(opened.model, run.kernel if as_trained else kernels(opened.model)[-1])
    done = 0

    def report_batch() -> None:
        nonlocal done
        done = min(done + BATCH, len(split))
        if progress:
            progress(done, len(split), "Judging images")

    with computing_with(run.threads or 1 if as_trained else 1):
        judgement = evaluate(
            lambda batch: opened.model(normalize(batch, opened.mean, opened.std)), split, len(opened.classes), after_batch=report_batch
        )
    if not judgement.logits.isfinite().all():
        raise DataError(NOT_FINITE)
    return judgement


def is_own_folder(run: Snapshot, folder: str, split: Split) -> bool:
    """Whether the images of a folder are those that a run was trained, validated and tested on; of a run that came with the lab, whose
    folder is nowhere here, whether they are as many."""
    if is_shipped(run.run_id):
        return len(split) in (sum(run.sizes.values()), run.sizes["test"])
    return bool(run.config["data"]) and Path(run.config["data"]).resolve() == Path(whole_path(folder)).resolve()


def _name(images: str) -> str:
    """A split's name, or a folder's files in short: another name as soon as one of them changes."""
    from core.data.folder import fingerprint

    return images if images in SPLITS else f"folder.{fingerprint(images)}"
