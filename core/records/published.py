"""The unit's published hand-in as a run: its curves, its 30 confusion matrices and its test table. Nobody here has its weights."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from core.training.config import RunConfig
from core.training.history import EpochRecord, Snapshot, frozen

PUBLISHED_ID = "published-hand-in"
FILE = Path(__file__).with_name("reference_run.json")
SIZES = {"train": 45_000, "val": 5_000, "test": 10_000}


@cache
def published_run() -> Snapshot:
    """The published hand-in; what was not published of it (times, learning rate, images) is NaN or empty."""
    published = _read()
    config = RunConfig.of(preset="hand-in").flat()
    return Snapshot(
        run_id=PUBLISHED_ID,
        version=1,
        status="finished",
        config=config,
        classes=tuple(published["classes"]),
        epochs=tuple(_record(epoch, config) for epoch in published["epochs"]),
        step=len(published["epochs"]) * _steps(config),
        steps_per_epoch=_steps(config),
        sizes=SIZES,
        device="CUDA",
        recorded="published, not trained here",
    )


class PublishedTest(NamedTuple):
    """The published test table in shares of 1: `scores` (K, 5) and `means` (5,) under `columns`, names of `core.scores.SCORES`."""

    columns: tuple[str, ...]
    scores: np.ndarray
    means: np.ndarray


@cache
def published_test() -> PublishedTest:
    """What the hand-in published of its test."""
    test = _read()["test"]
    return PublishedTest(tuple(test["columns"]), frozen(test["per_class_percent"], float) / 100, frozen(test["mean_percent"], float) / 100)


def _read() -> dict[str, Any]:
    return json.loads(FILE.read_text("utf-8"))


def _steps(config: dict[str, Any]) -> int:
    return math.ceil(SIZES["train"] / config["batch_size"])


def _record(epoch: dict[str, Any], config: dict[str, Any]) -> EpochRecord:
    train, val = epoch["train"], epoch["val"]
    return EpochRecord(
        epoch=epoch["epoch"],
        step=(epoch["epoch"] + 1) * _steps(config),
        train_loss=train["loss"],
        train_loss_unsmoothed=train["loss"],
        train_top1=train["top1"],
        val_loss=val["loss"],
        val_top1=val["top1"],
        train_confusion=frozen(train["confusion"], np.int64),
        val_confusion=frozen(val["confusion"], np.int64),
        sample_probabilities=frozen(np.zeros((0, 10)), np.float32),
        lr=config["lr"],
        seconds=math.nan,
        images_per_second=math.nan,
    )
