"""What stands beside a live chart: the counts and verdicts of a moment, as the run has measured them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.records.recorded import recorded_run
from core.training.history import frozen
from dashboard.training.moments import CARDS, cards_data, matrix_data
from tests.dashboard.test_charts import record, snapshot

LABELS = np.array([2, 0, 1, 1, 2, 0, 0, 1, 2, 2])
PROBABILITIES = frozen(np.random.default_rng(0).dirichlet(np.ones(3), 10), np.float32)


def run(**changes):
    known = {"classes": ("a", "b", "c"), "sample_images": np.zeros((10, 3, 32, 32), np.uint8), "sample_labels": LABELS, "step": 25}
    return snapshot(**{**known, **changes})


def test_a_recorded_run_brings_every_epoch_for_its_replay():
    recorded = recorded_run("shapes-gru")
    matrices, cards = matrix_data(recorded), cards_data(recorded)
    assert [moment[0] for moment in matrices["moments"]] == [moment[0] for moment in cards["moments"]] == list(range(1, 21))
    for epoch, (_, top1, counts) in zip(recorded.epochs, matrices["moments"], strict=True):
        table = np.array(counts).reshape(10, 10)
        assert (table == epoch.val_confusion).all() and top1 == pytest.approx(np.trace(table) / table.sum())
    assert len(json.dumps([matrices, cards])) < 30_000, "once for a visitor"


def test_cards_are_judged_by_the_most_probable_class():
    data = cards_data(run(sample_probabilities=PROBABILITIES))
    ((epoch, judged),) = data["moments"]
    assert epoch == 2.5 and len(judged) == len(data["labels"]) == CARDS
    for (guess, sure, truth), row, label in zip(judged, PROBABILITIES, LABELS, strict=False):
        assert guess == max(range(3), key=row.__getitem__)
        assert sure == pytest.approx(max(row), abs=5e-4) and truth == pytest.approx(row[label], abs=5e-4)


def test_of_a_run_that_trains_only_the_newest_moment_is_sent():
    epochs = (record(0), record(1, val_confusion=frozen(np.full((3, 3), 4), np.int64)))
    assert matrix_data(run(epochs=epochs))["moments"] == [[2, 0.5, [4] * 9]]
    assert matrix_data(run())["moments"] == cards_data(run())["moments"] == []


def test_what_cannot_be_shown_small_is_left_out():
    assert matrix_data(run(classes=tuple(map(str, range(21))))) is None and matrix_data(run(classes=())) is None
    dates = run(config={"model": "transformer", "dataset": "dates", "epochs": 7}, sample_images=None)
    assert matrix_data(dates) is None and cards_data(dates) is None
