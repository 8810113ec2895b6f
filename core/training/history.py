"""What a run has measured so far, as plain data: bounded, immutable once published, free of torch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from core.frames import typed
from core.training.flat_config import kind_of

if TYPE_CHECKING:
    from pandas import DataFrame

    from core.training.measured import Measured

MAX_POINTS = 2000
EPOCH_COLUMNS = (
    "epoch",
    "step",
    "train_loss",
    "train_loss_unsmoothed",
    "train_top1",
    "val_loss",
    "val_top1",
    "lr",
    "seconds",
    "images_per_second",
)
WHOLE = ("epoch", "step")  # columns of whole numbers
EXACT = "val_exact"  # one more column of runs on sequences


def frozen(array: Any, dtype: Any) -> np.ndarray:
    """A read-only copy of `array`."""
    copy = np.array(array, dtype=dtype)
    copy.flags.writeable = False
    return copy


class Curve:
    """Training loss, accuracy and learning rate over steps: at most `limit` points, however long the run.

    The loss is the one that is minimised. Of a run with label smoothing the one without it is a fourth number of each point. Each point is
    the mean over `stride` consecutive steps. At the limit neighbours are merged and the stride doubles, so that the curve always covers the
    whole run evenly.
    """

    def __init__(self, limit: int = MAX_POINTS):
        assert limit % 2 == 0
        self.limit, self.stride = limit, 1
        self.points: list[tuple[float, ...]] = []  # (loss, top1, lr) or (loss, top1, lr, loss without label smoothing)
        self._waiting: list[tuple[float, ...]] = []  # steps that do not fill a point yet

    def add(self, loss: float, top1: float, lr: float, *unsmoothed: float) -> None:
        """Add one step."""
        self._waiting.append((loss, top1, lr, *unsmoothed))
        if len(self._waiting) == self.stride:
            self.points.append(_mean(self._waiting))
            self._waiting = []
        if len(self.points) == self.limit:
            self.halve()

    def halve(self) -> None:
        """Merge each two neighbours; a last one that is alone is left out."""
        self.points = halved(self.points)
        self.stride *= 2

    def widen(self) -> None:
        """Give the points of a run that began before the loss without label smoothing was kept NaN for it, so that it can go on."""
        for rows in (self.points, self._waiting):
            rows[:] = [row if len(row) > 3 else (*row, math.nan) for row in rows]

    def to_dict(self) -> dict[str, Any]:
        return {"limit": self.limit, "stride": self.stride, "points": list(self.points), "waiting": list(self._waiting)}

    @classmethod
    def from_dict(cls, state: dict[str, Any]) -> Self:
        curve = cls(state["limit"])
        curve.stride = state["stride"]
        curve.points = [tuple(p) for p in state["points"]]
        curve._waiting = [tuple(p) for p in state["waiting"]]
        return curve


def halved(points: Sequence[tuple[float, ...]]) -> list[tuple[float, ...]]:
    """The means of each two neighbours; a last one that is alone is left out."""
    return [_mean(pair) for pair in zip(points[0::2], points[1::2], strict=False)]


def _mean(rows: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    return tuple(sum(column) / len(rows) for column in zip(*rows, strict=True))


@dataclass(frozen=True, kw_only=True)
class EpochRecord:
    """One epoch. Losses are means over images, or over tokens; confusion matrices are (K, K) int64, rows true, columns predicted."""

    epoch: int  # from 0
    step: int  # optimiser steps since the start of the run
    train_loss: float  # as it is minimised: with label smoothing, where the run has it
    train_top1: float
    val_loss: float
    val_top1: float
    train_confusion: np.ndarray
    val_confusion: np.ndarray
    lr: float
    seconds: float
    images_per_second: float  # or pairs of sequences
    sample_probabilities: np.ndarray = field(default_factory=lambda: frozen(np.zeros((0, 0)), np.float32))  # (S, K), on fixed images
    val_exact: float | None = None  # of sequences: the share that greedy decoding writes without a mistake
    sample_outputs: tuple[str, ...] = ()  # of sequences: what it writes for fixed inputs
    train_loss_unsmoothed: float | None = None  # without label smoothing, as `val_loss`; None of older runs with it

    ARRAYS: ClassVar = {"train_confusion": np.int64, "val_confusion": np.int64, "sample_probabilities": np.float32}

    def to_dict(self) -> dict[str, Any]:
        record = asdict(self)
        for name in self.ARRAYS:
            record[name] = np.round(record[name], 4).tolist()
        return record

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Self:
        found = {n: frozen(v, cls.ARRAYS[n]) if n in cls.ARRAYS else v for n, v in record.items()}
        return cls(**{**found, "sample_outputs": tuple(found.get("sample_outputs", ()))})


@dataclass(frozen=True, kw_only=True)
class FinalTest:
    """The one evaluation on the test set, with the weights of the best epoch."""

    loss: float
    top1: float
    confusion: np.ndarray
    epoch: int
    exact: float | None = None  # of sequences, as in `EpochRecord.val_exact`

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "confusion": self.confusion.tolist()}

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Self:
        return cls(**{**record, "confusion": frozen(record["confusion"], np.int64)})


ACTIVE = frozenset({"queued", "loading", "running", "paused", "testing"})
ENDED = frozenset({"finished", "stopped", "failed", "interrupted"})


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """All that a page may know about a run at one moment. Swapped in whole by the training thread, never changed.

    Curve points are means over `stride` steps, so point i lies at (i + 0.5) * stride / steps_per_epoch epochs.
    """

    run_id: str
    version: int
    status: str  # one of ACTIVE or ENDED
    message: str = ""  # why it failed, what it waits for
    config: dict[str, Any] = field(default_factory=dict)  # RunConfig.flat()
    classes: tuple[str, ...] = ()
    epochs: tuple[EpochRecord, ...] = ()
    stride: int = 1
    points: tuple[tuple[float, ...], ...] = ()  # (loss, top1, lr), of a run with label smoothing also the loss without it
    lr_changes: tuple[tuple[int, float], ...] = ()  # (step, new learning rate) set by hand
    step: int = 0
    steps_per_epoch: int = 0
    lr: float = math.nan
    images_per_second: float = math.nan
    seconds_left: float = math.nan
    parameters: int = 0
    device: str = ""
    threads: int = 0
    kernel: str = "torch"  # what computes a GRU
    sizes: dict[str, int] = field(default_factory=dict)  # images per split
    left_out: dict[str, Any] = field(default_factory=dict)  # of the folder, as `core.data.left_out.LeftOut.plain` tells it
    drawn: str = ""  # of a set of drawings: another text for any other pictures
    sample_images: np.ndarray | None = None  # (S, 3, 32, 32) uint8, fixed images of the validation split
    sample_labels: np.ndarray | None = None  # (S,) int64
    sample_probabilities: np.ndarray | None = None  # (S, K) float32, the latest
    sample_texts: tuple[tuple[str, str], ...] = ()  # of sequences: fixed inputs of the validation split and their right outputs
    sample_outputs: tuple[str, ...] = ()  # what the model writes for them, the latest
    test: FinalTest | None = None
    place: int = 0  # in the queue, from 1; 0 when not waiting
    created: float = 0.0  # seconds since 1970
    versions: dict[str, str] = field(default_factory=dict)
    recorded: str = ""  # the command that made it, when this is a recorded run
    flops: int = 0  # per image, forward and backward; of recorded runs only
    peak: float = 0.0  # FLOP/s of a large matrix product on its machine; of recorded runs only

    @property
    def kind(self) -> str:
        """ "images" or "sequences": what the run learns from."""
        return kind_of(self.config)

    @property
    def smoothing(self) -> float:
        """The share of label smoothing in the loss that is minimised; 0 where the training loss is what it is for validation."""
        return self.config.get("label_smoothing") or 0.0

    @property
    def knows_unsmoothed(self) -> bool:
        """Whether the training loss without label smoothing is known, which alone compares with the validation loss. Not of runs with
        label smoothing that were made before it was kept."""
        measured = any(record.train_loss_unsmoothed is not None for record in self.epochs) or any(len(p) > 3 for p in self.points[-1:])
        return not self.smoothing or measured or not (self.epochs or self.points)

    @property
    def active(self) -> bool:
        return self.status in ACTIVE

    @property
    def resumable(self) -> bool:
        """Whether it has ended before its time (or before its test) and can go on."""
        return self.status in ENDED and not self.recorded and (len(self.epochs) < self.total_epochs or self.test is None)

    @property
    def total_epochs(self) -> int:
        return self.config["epochs"]

    @property
    def epoch(self) -> float:
        """Fractional epochs trained so far."""
        return self.step / self.steps_per_epoch if self.steps_per_epoch else 0.0

    @property
    def best(self) -> EpochRecord | None:
        """The epoch with the highest validation accuracy, the earliest of equals."""
        return best_of(self.epochs)

    def frame(self) -> DataFrame:
        """A table with a row an epoch, which counts from 1 here, as on the pages: losses are means over images (or tokens), accuracies
        shares of 1, `step` counts optimiser steps.

        `train_loss` is what was minimised; with label smoothing only `train_loss_unsmoothed` compares with `val_loss`. `lr` is that of the
        epoch's last step, `seconds` its time, validation included, without pauses.
        """
        kinds = {name: "int64" if name in WHOLE else "float64" for name in epoch_columns(self)}
        return typed([[one.epoch + 1, *(getattr(one, name) for name in [*kinds][1:])] for one in self.epochs], kinds)


def epoch_columns(snapshot: Snapshot) -> tuple[str, ...]:
    """The numbers that each epoch of a run has."""
    return (*EPOCH_COLUMNS, EXACT) if snapshot.kind == "sequences" else EPOCH_COLUMNS


def best_of(epochs: Iterable[EpochRecord]) -> EpochRecord | None:
    """The epoch with the highest validation accuracy, the earliest of equals; none whose validation loss is not finite."""
    return max((epoch for epoch in epochs if math.isfinite(epoch.val_loss)), key=lambda epoch: epoch.val_top1, default=None)


@dataclass(frozen=True, kw_only=True)
class RunSummary:
    """One line of the list of runs."""

    run_id: str
    status: str
    message: str
    config: dict[str, Any]
    owner: str
    created: float
    epochs_done: int
    best_epoch: int | None
    best_val_top1: float
    test_top1: float
    place: int = 0
    best_val_exact: float | None = None  # of sequences
    version: int = 0  # of its record
    home: str = ""  # the lab home that has its weights
    called: str = ""  # the name that its owner has given it
    measured: Measured | None = None  # at its last epoch, or at its end; None of older runs, and before the first epoch
