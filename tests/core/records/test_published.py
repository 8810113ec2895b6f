"""The published hand-in is what its file says, and its matrices agree with its accuracies."""

import json

import numpy as np
import pytest

from core.records.published import FILE, published_run, published_test

PLAIN = json.loads(FILE.read_text("utf-8"))


def test_its_epochs_are_the_file_s():
    run = published_run()
    assert len(run.epochs) == 15 and run.best.epoch == 14 and run.classes == tuple(PLAIN["classes"])
    for record, plain in zip(run.epochs, PLAIN["epochs"], strict=True):
        assert record.val_confusion.tolist() == plain["val"]["confusion"] and record.train_confusion.tolist() == plain["train"]["confusion"]
        assert (record.val_loss, record.val_top1) == (plain["val"]["loss"], plain["val"]["top1"])
        assert record.val_top1 == pytest.approx(np.trace(record.val_confusion) / record.val_confusion.sum(), abs=1e-4)
        assert record.val_confusion.sum() == run.sizes["val"] and record.train_confusion.sum() == run.sizes["train"]
    assert run.epoch == 15 and not run.active and not run.resumable


def test_its_test_table_is_the_trap():
    test = published_test()
    found = dict(zip(test.columns, test.means, strict=True))
    assert (found["one_vs_rest_accuracy"], found["recall"]) == pytest.approx((0.9218, 0.6089))  # balanced classes: mean recall is top-1
    assert test.scores.mean(axis=0) == pytest.approx(test.means, abs=1e-4)
    assert found["one_vs_rest_accuracy"] == pytest.approx(1 - 2 * (1 - found["recall"]) / 10, abs=1e-4)
