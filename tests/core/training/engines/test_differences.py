"""What crosses the border between a server and the training process, and that nothing is lost there."""

import math
import pickle
import random
from dataclasses import replace

import numpy as np
import pytest

from core.training.engines.differences import applied, difference
from core.training.history import Curve, EpochRecord, Snapshot

CONFIG = {"model": "gru", "dataset": "shapes", "epochs": 9}


def epoch(number):
    matrix = np.arange(100).reshape(10, 10) + number
    return EpochRecord(
        epoch=number, step=number, train_loss=1.0, train_top1=0.5, val_loss=1.0, val_top1=0.5, train_confusion=matrix,
        val_confusion=matrix, lr=0.1, seconds=1.0, images_per_second=10.0,
    )  # fmt: skip


def same(one, other):
    """Whether two snapshots say the same, arrays and NaN included."""
    return repr(vars(one)) == repr(vars(other))


@pytest.mark.parametrize("width", [3, 4])
@pytest.mark.parametrize("every", [1, 7, 60])
def test_a_snapshot_follows_its_run_through_every_halving(width, every):
    curve, epochs, draw = Curve(limit=50), [], random.Random(0)
    there = here = Snapshot(run_id="gru-1", version=0, status="queued", config=CONFIG)
    for step in range(1, 1000):
        curve.add(*(draw.random() for _ in range(width)))
        if step % 100 == 0:
            epochs.append(epoch(len(epochs)))
        if step % every == 0:
            changed = {"stride": curve.stride, "points": tuple(curve.points), "epochs": tuple(epochs)}
            now = replace(there, version=there.version + 1, status="running", step=step, **changed)
            here = applied(here, pickle.loads(pickle.dumps(difference(there, now))))
            there = now
            assert here.points == now.points and here.stride == now.stride and same(here, now)


def test_what_is_sent_five_times_a_second_is_small():
    points = tuple((random.random(), random.random(), 0.1) for _ in range(1900))
    before = Snapshot(
        run_id="gru-1", version=8, status="running", config=CONFIG, points=points, epochs=tuple(map(epoch, range(50))),
        sample_images=np.zeros((16, 3, 32, 32), np.uint8),
    )  # fmt: skip
    more = tuple((random.random(), random.random(), 0.1) for _ in range(40))
    now = replace(
        before, version=9, points=points + more, step=2000, images_per_second=1e4, seconds_left=3.0, lr=0.01,
        sample_probabilities=np.zeros((16, 10), np.float32),
    )  # fmt: skip
    assert len(pickle.dumps(("news", "gru-1", difference(before, now)))) < 4000
    ended = replace(now, version=10, epochs=(*now.epochs, epoch(50)))
    assert len(pickle.dumps(difference(now, ended))) < 4000  # an epoch has two matrices
    assert "sample_images" not in difference(before, now)


def test_nothing_is_sent_of_what_stays():
    before = Snapshot(run_id="gru-1", version=1, status="running", config=CONFIG, lr=math.nan, seconds_left=math.nan)
    assert difference(before, replace(before)) == {}
    assert difference(before, replace(before, version=2, lr=0.5)) == {"version": 2, "lr": 0.5}


def test_arrays_stay_read_only():
    before = Snapshot(run_id="gru-1", version=1, status="running", config=CONFIG)
    now = replace(before, version=2, epochs=(epoch(0),), sample_labels=np.arange(3))
    after = applied(before, pickle.loads(pickle.dumps(difference(before, now))))
    assert not after.sample_labels.flags.writeable and not after.epochs[0].val_confusion.flags.writeable


def test_a_run_that_begins_anew_is_sent_whole():
    before = Snapshot(
        run_id="gru-1", version=5, status="running", config=CONFIG, points=((1.0, 0.0, 0.1),) * 9, stride=4, epochs=(epoch(0),)
    )
    now = replace(before, version=6, points=((2.0, 0.0, 0.1),) * 2, stride=1, epochs=())
    after = applied(before, difference(before, now))
    assert same(after, now)
