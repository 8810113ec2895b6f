"""Messages to the live chart: their exact content. That a browser rebuilds the curve from any of them: tests/js/live_chart.test.mjs."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from core.training.history import EpochRecord, Snapshot, frozen
from dashboard.runs.labels import run_label
from dashboard.runs.losses import least_smoothed, losses_words
from dashboard.training.curve import TAIL, Sent, as_reference, live_data, reference_epochs, sent_with


def record(epoch: int, val_top1: float = 0.5, **changes) -> EpochRecord:
    values = {
        "epoch": epoch, "step": 10 * (epoch + 1), "train_loss": 1.23456789, "train_top1": 0.25,
        "train_loss_unsmoothed": 1.23456789, "val_loss": 2.0, "val_top1": val_top1,
        "train_confusion": frozen(np.eye(2), np.int64), "val_confusion": frozen(np.eye(2), np.int64),
        "sample_probabilities": frozen([[1, 0]], np.float32), "lr": 1e-3, "seconds": 1.0, "images_per_second": 1.0,
    }  # fmt: skip
    return EpochRecord(**{**values, **changes})


def snapshot(**changes) -> Snapshot:
    values = {
        "run_id": "r", "version": 1, "status": "running", "steps_per_epoch": 10,
        "config": {"model": "gru", "dataset": "shapes", "epochs": 7},
    }  # fmt: skip
    return Snapshot(**{**values, **changes})


def test_what_counts_tokens_is_not_called_top_1():
    run = snapshot(config={"model": "transformer", "dataset": "dates", "epochs": 7})
    assert live_data(run)["accuracy"] == "accuracy of tokens"


def test_a_message_says_exactly_what_was_measured():
    run = snapshot(
        points=((2.3025851, 0.12345678, 0.002), (2.0, 0.5, 0.00123456)),
        stride=4,
        epochs=(record(0, 0.5), record(1, 0.75), record(2, 0.75)),
        lr_changes=((25, 1e-4),),
    )
    assert live_data(run, smoothing=0.5) == {
        "run": "r",
        "label": "GRU on shapes",
        "status": "running",
        "stride": 4,
        "steps_per_epoch": 10,
        "total_epochs": 7,
        "n": 2,
        "start": 0,
        "points": [[2.3026, 0.12346, 0.002], [2.0, 0.5, 0.0012346]],
        "epochs_n": 3,
        "epochs": [[1.0, 1.2346, 0.25, 2.0, 0.5], [2.0, 1.2346, 0.25, 2.0, 0.75], [3.0, 1.2346, 0.25, 2.0, 0.75]],
        "best": 2,  # epochs trained at the best, the earliest of equals
        "lr_changes": [[2.5, 1e-4]],
        "smoothing": 0.5,
        "reference": None,
        "sizes": {},
        "replay": False,
        "accuracy": "accuracy",
        "chance": None,
    }


def test_chance_is_that_of_the_classes_of_images():
    ten = snapshot(classes=tuple("abcdefghij"))
    assert live_data(ten)["chance"] == [10, pytest.approx(math.log(10), rel=1e-4), 0.1]
    waiting = snapshot(config={"model": "gru", "dataset": "cifar10", "epochs": 7})
    assert live_data(waiting)["chance"] == live_data(ten)["chance"], "before its images are read"
    assert live_data(snapshot(config={"model": "transformer", "dataset": "dates", "epochs": 7}, classes=("a", "b")))["chance"] is None


def smoothed(*, kept: bool, share: float = 0.1, **changes) -> Snapshot:
    """A run with label smoothing; one from before the loss without it was `kept` knows the smoothed one only."""
    more, unsmoothed = ((0.5,), 0.5) if kept else ((), None)
    return snapshot(
        config={"model": "renet", "dataset": "shapes", "epochs": 7, "label_smoothing": share}, points=((0.8, 0.9, 0.01, *more),) * 300,
        epochs=(record(0, train_loss=0.8, train_loss_unsmoothed=unsmoothed),), classes=tuple("abcdefghij"), **changes,
    )  # fmt: skip


def test_training_and_validation_loss_are_of_one_definition():
    data = live_data(smoothed(kept=True))
    assert {point[0] for point in data["points"]} == {0.5} and data["epochs"][0][1] == 0.5 and "training" not in data
    assert data["label"] == run_label(smoothed(kept=True))
    assert losses_words(smoothed(kept=True)).endswith(
        "Both losses are those of the true labels. Training minimises another one, with labels smoothed by 0.1."
    )


@pytest.mark.parametrize("share", [0.05, 0.1])
@pytest.mark.parametrize("kept", [True, False])
def test_a_smoothed_training_loss_is_shown_by_its_name_alone(kept, share):
    """When it is asked for, or when a run kept no other: at the head, in the legend and in a sentence."""
    run = smoothed(kept=kept, share=share)
    data = live_data(run, minimised=kept)
    assert {point[0] for point in data["points"]} == {0.8} and data["epochs"][0][1] == 0.8
    assert data["training"] == f"training loss as minimised (smoothed labels {share})"
    assert f"training loss with label smoothing {share}, validation loss without" in data["label"]
    told = losses_words(run, minimised=kept)
    assert "cannot be compared with the validation loss" in told and ("was not kept" in told) != kept
    assert (as_reference(run, "recorded run").get("training") is None) == kept


def test_the_least_value_of_a_smoothed_loss():
    target = torch.full((1, 10), 0.01)
    target[0, 3] = 0.91
    assert least_smoothed(smoothed(kept=False)) == pytest.approx(F.cross_entropy(target.log(), target).item(), rel=1e-5)
    assert "cannot fall below 0.50" in losses_words(smoothed(kept=False))


def test_another_loss_is_sent_whole():
    run = smoothed(kept=True)
    sent = sent_with(live_data(run))
    assert live_data(run, sent)["start"] == 300 - TAIL and live_data(run, sent, minimised=True)["start"] == 0
    assert live_data(run, sent_with(live_data(run, minimised=True)), minimised=True)["start"] == 300 - TAIL


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({}, "while the weights change; validation is measured after the epoch."),
        ({"dropout": 0.1}, "while the weights change, with dropout; validation is measured after the epoch, without any of that."),
        ({"augment": True, "cutout": 8}, "on images that are shifted and mirrored, with parts cut out; validation"),
        ({"ema": 0.99}, "after the epoch, with the weights' average."),
    ],
)
def test_it_is_said_when_and_how_both_losses_are_measured(config, said):
    told = losses_words(snapshot(config={"model": "vit", "dataset": "shapes", "epochs": 7, **config}))
    assert told.startswith("Training is a running mean over the epoch") and said in told


def test_a_run_that_waits_has_nothing_to_draw():
    data = live_data(snapshot(status="queued", steps_per_epoch=0))
    assert (data["n"], data["points"], data["epochs"], data["best"], data["lr_changes"]) == (0, [], [], None, [])


def test_numbers_that_are_not_finite_stay_valid_json():
    run = snapshot(points=((math.nan, 0.1, 1e-3), (math.inf, 0.1, 1e-3)), epochs=(record(0, val_loss=math.nan),))
    data = live_data(run)
    assert data["points"] == [[None, 0.1, 0.001], [None, 0.1, 0.001]]
    assert data["epochs"][0][3] is None
    json.dumps(data, allow_nan=False)


def test_a_tick_sends_the_tail_only():
    run = snapshot(points=tuple((float(i), 0.5, 1e-3) for i in range(1900)), epochs=tuple(record(e) for e in range(30)))
    data = live_data(run, Sent("r", 1, 1890))
    assert (data["start"], len(data["points"]), data["n"]) == (1900 - TAIL, TAIL, 1900)
    assert [row[0] for row in data["epochs"]] == list(range(11, 31)) and data["epochs_n"] == 30
    assert len(json.dumps(data)) < 6000
    assert live_data(run, Sent("r", 1, 1000))["start"] == 1000, "a long gap is sent whole"


@pytest.mark.parametrize("sent", [None, Sent("other", 1, 500), Sent("r", 2, 500), Sent("r", 1, 501)])
def test_all_is_sent_where_the_tail_would_not_fit(sent):
    run = snapshot(points=tuple((float(i), 0.5, 1e-3) for i in range(500)))
    assert live_data(run, sent)["start"] == 0


def test_the_reference_is_the_published_run():
    reference = reference_epochs()
    rows = reference["epochs"]
    assert [row[0] for row in rows] == list(range(1, 16))
    assert rows[0] == [1.0, 1.8012, 0.3274, 1.5608, 0.4064]
    assert max(row[4] for row in rows) == pytest.approx(0.62, abs=5e-4)
    assert reference_epochs() is reference


def test_a_recorded_run_says_so():
    assert run_label(snapshot(recorded="python -m core train")) == "recorded: GRU on shapes"
