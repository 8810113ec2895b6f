"""Measurements of made-up runs in short, against what is counted by hand."""

import math

import numpy as np
import pytest

from core.training.history import EpochRecord, Snapshot, frozen
from core.training.measured import CURVE, Measured, measured


def epoch(number, top1, seconds=2.0):
    empty = frozen(np.zeros((2, 2)), np.int64)
    return EpochRecord(
        epoch=number, step=10 * (number + 1), train_loss=1.0, train_top1=0.5, val_loss=1.0, val_top1=top1, train_confusion=empty,
        val_confusion=empty, lr=0.1, seconds=seconds, images_per_second=100.0,
    )  # fmt: skip


def snapshot(**values):
    first = {"run_id": "gru-1", "version": 1, "status": "running", "steps_per_epoch": 10, "config": {"epochs": 40}}
    return Snapshot(**{**first, **values})


def test_a_run_before_its_first_step_is_known_by_nothing():
    assert measured(snapshot(status="queued")) == Measured()


def test_the_epoch_under_way_counts_as_far_as_it_has_come():
    """Two epochs of 2 s and half of one of 200 images at 100 a second: 2 + 2 + 1 s."""
    run = snapshot(epochs=(epoch(0, 0.25), epoch(1, 0.5)), step=25, sizes={"train": 200}, images_per_second=100.0)
    now = measured(run)
    assert (now.epoch, now.seconds, now.accuracy) == (2.5, 5.0, 0.5)
    assert now.curve == ((1, 0.25, 2.0), (2, 0.5, 4.0))
    assert measured(snapshot(status="stopped", epochs=run.epochs, step=25, sizes={"train": 200}, images_per_second=100.0)).seconds == 4.0


def test_the_newest_loss_is_the_mean_of_the_last_points_and_without_label_smoothing():
    points = [(100.0, 0.1, 0.1)] * 5 + [(1.0 + i % 2, 0.1, 0.1) for i in range(16)]
    assert measured(snapshot(points=tuple(points))).loss == 1.5
    assert measured(snapshot(points=((2.0, 0.1, 0.1, math.nan), (2.0, 0.1, 0.1, 0.25), (2.0, 0.1, 0.1, 0.75)))).loss == 0.5
    assert measured(snapshot(points=((math.nan, 0.1, 0.1),))).loss is None


@pytest.mark.parametrize(("count", "best"), [(1, 0), (24, 3), (25, 17), (400, 133), (1000, 998)])
def test_a_small_curve_has_few_points_and_the_first_the_best_and_the_last_are_among_them(count, best):
    curve = measured(snapshot(epochs=tuple(epoch(i, 0.9 if i == best else 0.5 + i / 5000) for i in range(count)))).curve
    at = [point[0] for point in curve]
    assert len(at) <= CURVE and at == sorted(set(at)) and {1, best + 1, count} <= set(at)
    assert curve[at.index(best + 1)][1:] == (0.9, 2.0 * (best + 1))
    gaps = np.diff(at)
    assert gaps.max(initial=1) <= math.ceil(count / (CURVE - 2))


def test_an_epoch_whose_loss_is_no_number_is_not_the_best_one():
    bad = EpochRecord(**{**vars(epoch(1, 0.99)), "val_loss": math.nan})
    assert measured(snapshot(epochs=(epoch(0, 0.4), bad))).accuracy == 0.4
