"""What the Train page promises of a run, and how it judges the promise."""

import dataclasses

import pytest

from core.records.recorded import recorded_run
from core.training.config import RunConfig
from core.training.loop.device import Plan
from core.training.runs.forecast import Forecast
from core.training.runs.speed import Speed
from pages.train.forecast import effort, outlook, promise, verdict

SPEED = Speed(parameters=1, flops=250_000_000, plan=Plan(2, "scan"), images_per_second=200.0, peak=100e9)


@pytest.fixture
def like():
    """The recorded run that every page opens on."""
    return recorded_run("shapes-gru")


def said(run, epochs=10):
    return Forecast(SPEED, 40.0, epochs, run.sizes["train"], run.classes)


def test_time_and_arithmetic_in_words(like):
    assert promise(said(like)) == "About **40 s** an epoch, 6 min 40 s in all (200 images/s here)."
    assert "250 million operations an image" in effort(SPEED) and "50 of the 100 GFLOP/s" in effort(SPEED) and "(50 %)" in effort(SPEED)


def test_accuracy_is_that_of_the_recorded_run_that_is_most_alike(like):
    config = RunConfig.of(**like.config)
    third = like.epochs[2].val_top1
    assert outlook(said(like), config) == (
        f"About **{100 * third:.0f} %** validation accuracy after 3 epochs, as `recorded-shapes-gru`, which has this set-up."
    )
    wider = RunConfig.of(**{**like.config, "hidden_size": 100})
    assert "which differs in hidden_size." in outlook(said(like), wider)
    assert f"**{100 * like.epochs[0].val_top1:.0f} %** validation accuracy after 1 epoch," in outlook(said(like, epochs=1), config)
    assert outlook(dataclasses.replace(said(like), classes=("a", "b")), config).startswith("No recorded run tells")


def test_the_judgement_compares_time_and_accuracy(like):
    config, epochs = RunConfig.of(**like.config), [dataclasses.replace(e, seconds=50.0) for e in like.epochs]
    run = dataclasses.replace(like, run_id="gru-1", epochs=tuple(epochs))
    third = like.epochs[2].val_top1
    assert verdict(said(like), config, run) == (
        f"Said 40 s an epoch; gru-1 took 25 % longer. Said {100 * third:.0f} % validation accuracy after 3 epochs; "
        f"it had {100 * third:.1f} %."
    )
    assert "validation" not in verdict(said(like), config, dataclasses.replace(run, epochs=run.epochs[:2]))
