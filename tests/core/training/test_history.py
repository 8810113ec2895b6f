import gzip
import json

import numpy as np
import pytest

from core.records import recorded
from core.records.recorded import recorded_names, recorded_run
from core.training.history import Curve, EpochRecord, FinalTest


@pytest.mark.parametrize("steps", [0, 1, 7, 8, 9, 100, 1001])
def test_a_curve_is_bounded_and_keeps_its_mean(steps):
    curve, values = Curve(limit=8), np.random.default_rng(0).normal(size=(steps, 3))
    for row in values:
        curve.add(*row)
    assert len(curve.points) < 8
    covered = len(curve.points) * curve.stride
    assert steps - covered < curve.stride
    for i, point in enumerate(curve.points):
        assert point == pytest.approx(values[i * curve.stride : (i + 1) * curve.stride].mean(0))


def test_a_curve_goes_on_after_being_stored():
    whole, first = Curve(limit=8), Curve(limit=8)
    rows = [(float(i), 0.5, 1e-3) for i in range(77)]
    for i, row in enumerate(rows):
        whole.add(*row)
        first.add(*row)
        if i in (3, 20, 51):
            first = Curve.from_dict(first.to_dict())
    assert first.points == whole.points and first.stride == whole.stride


def test_records_survive_json():
    import json

    confusion = np.arange(4).reshape(2, 2)
    record = EpochRecord(
        epoch=1, step=9, train_loss=1.5, train_top1=0.5, val_loss=1.2, val_top1=0.25, train_confusion=confusion, val_confusion=confusion.T,
        sample_probabilities=np.array([[0.25, 0.75]], np.float32), lr=0.1, seconds=2.0, images_per_second=10.0,
    )  # fmt: skip
    again = EpochRecord.from_dict(json.loads(json.dumps(record.to_dict())))
    for name in vars(record):
        assert np.array_equal(getattr(again, name), getattr(record, name)), name
    old = {name: value for name, value in record.to_dict().items() if name != "train_loss_unsmoothed"}
    assert EpochRecord.from_dict(old).train_loss_unsmoothed is None  # a database from before it was kept
    assert again.val_confusion.dtype == np.int64 and not again.val_confusion.flags.writeable
    test = FinalTest(loss=1.0, top1=0.5, confusion=confusion, epoch=3)
    assert np.array_equal(FinalTest.from_dict(json.loads(json.dumps(test.to_dict()))).confusion, confusion)


def of_one_loss(name):
    """Whether a recorded run is from before both losses were kept."""
    plain = json.loads(gzip.decompress((recorded.FOLDER / name / "run.json.gz").read_bytes()))
    return "train_loss_unsmoothed" not in plain["epochs"][0]


@pytest.mark.parametrize("name", [name for name in recorded_names() if of_one_loss(name)])
def test_a_run_from_before_both_losses_were_kept_knows_the_one_of_the_true_labels_if_it_had_no_others(name):
    run = recorded_run(name)
    assert run.knows_unsmoothed == (not run.smoothing)
    for record in run.epochs:
        assert record.train_loss_unsmoothed == (None if run.smoothing else record.train_loss)
