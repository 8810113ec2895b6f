"""Stored runs: the facts of a run as they are written and read back, and the snapshot that is made of all that is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Self

import numpy as np

from core.text import MOST_SENTENCE, taken, taken_config
from core.training.config import RunConfig
from core.training.history import Curve, EpochRecord, FinalTest, Snapshot, frozen

OF_SOME = ("drawn", "sample_labels", "sample_texts", "flops", "peak")  # facts that are written of runs that have them


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """Facts of a run that are known before its first step, by the names that they have in its `Snapshot`."""

    classes: tuple[str, ...] = ()
    sizes: dict[str, int] = field(default_factory=dict)
    steps_per_epoch: int = 0
    parameters: int = 0
    device: str = ""
    threads: int = 0
    kernel: str = "torch"
    versions: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, Any] = field(default_factory=dict)
    drawn: str = ""
    sample_images: np.ndarray | None = None
    sample_labels: np.ndarray | None = None
    sample_texts: tuple[tuple[str, str], ...] = ()
    flops: int = 0
    peak: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """The facts as they are stored, without those that a run of its kind has not; `sample_images` are stored beside them, as bytes."""
        labels = None if self.sample_labels is None else self.sample_labels.tolist()
        plain = {**vars(self), "classes": list(self.classes), "sample_labels": labels}
        del plain["sample_images"]
        return {name: value for name, value in plain.items() if value or name not in OF_SOME}

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any], sample_images: bytes | None = None) -> Self:
        """The facts that `to_dict` gave, or an older lab: what it did not write is left at its default."""
        read = {
            "classes": lambda names: tuple(map(taken, names)),
            "sample_labels": lambda labels: frozen(labels, np.int64),
            "sample_texts": lambda texts: tuple((source, target) for source, target in texts),
        }
        known = {name: read.get(name, lambda value: value)(facts[name]) for name in cls.__dataclass_fields__ if name in facts}
        images = frozen(np.frombuffer(sample_images, np.uint8).reshape(-1, 3, 32, 32), np.uint8) if sample_images else None
        return cls(**{**known, "sample_images": images})


def snapshot_of(
    *,
    run_id: str,
    config: dict[str, Any],
    created: float,
    status: str = "queued",
    message: str = "",
    facts: Mapping[str, Any] = MappingProxyType({}),
    epochs: Sequence[dict[str, Any]] = (),
    curve: dict[str, Any] | None = None,
    lr_changes: Sequence[tuple[int, float]] = (),
    test: dict[str, Any] | None = None,
    sample_images: bytes | None = None,
    recorded: str = "",
) -> Snapshot:
    """The snapshot of a run, from what is stored of it; at first that is hardly more than its config."""
    completed = RunConfig.completed(taken_config(config))
    records = tuple(_comparable(EpochRecord.from_dict(record), completed) for record in epochs)
    points = Curve.from_dict(curve) if curve else Curve()
    last = records[-1] if records else None
    return Snapshot(
        run_id=run_id,
        version=len(records) * 100 + sum(status.encode()) % 97,  # changes with every epoch and every status
        status=status,
        message=taken(message, MOST_SENTENCE),
        config=completed,
        epochs=records,
        stride=points.stride,
        points=tuple(points.points),
        lr_changes=tuple((int(step), float(lr)) for step, lr in lr_changes),
        step=last.step if last else 0,
        lr=last.lr if last else float("nan"),
        images_per_second=last.images_per_second if last else float("nan"),
        sample_probabilities=last.sample_probabilities if last else None,
        sample_outputs=last.sample_outputs if last else (),
        test=FinalTest.from_dict(test) if test else None,
        created=created,
        recorded=recorded,
        **vars(RunFacts.from_dict(facts, sample_images)),
    )


def _comparable(record: EpochRecord, config: dict[str, Any]) -> EpochRecord:
    """An epoch of a run without label smoothing, from before it was told apart: both training losses are one."""
    if record.train_loss_unsmoothed is None and not config.get("label_smoothing"):
        return replace(record, train_loss_unsmoothed=record.train_loss)
    return record
