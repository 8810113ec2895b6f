"""A forecast is what the measured speed makes of the run's images; its error is that of whole epochs."""

import dataclasses

import pytest

from core.training.config import RunConfig
from core.training.loop.device import Plan
from core.training.runs import speed
from core.training.runs.forecast import forecast
from core.training.runs.manager import RunManager
from tests.support import SMALL, ended, register_tiny, wait_for


@pytest.fixture(autouse=True)
def tiny():
    register_tiny()


def test_an_epoch_is_its_images_at_the_measured_speed(tmp_path, monkeypatch):
    asked = []

    def measured(config, *, spare):
        asked.append((config.model, spare))
        return speed.Speed(parameters=1, flops=10, plan=Plan(1, "torch"), images_per_second=20.0, peak=400.0)

    monkeypatch.setattr(speed, "training_speed", measured)
    config = RunConfig.of(**{**SMALL, "epochs": 7, "train_fraction": 0.6})
    found = forecast(config, tmp_path, lambda *_: None, spare=1, beside=True)
    assert asked == [("gru", 1)]
    assert found.epoch_seconds == pytest.approx((60 + 40 / 3) / 20)  # 60 training images; validation has no backward pass
    assert found.seconds == pytest.approx(7 * found.epoch_seconds) and found.beside
    assert found.speed.share == 0.5 and found.images == 60 and len(found.classes) == 10


def test_its_error_is_that_of_the_epochs_after_the_first(tmp_path):
    manager = RunManager(tmp_path)
    config = RunConfig.of(**{**SMALL, "epochs": 3})
    run = wait_for(manager, manager.submit(config), ended)
    said = forecast(config, tmp_path, lambda *_: None)
    assert said.speed.images_per_second > 0
    epochs = [dataclasses.replace(record, seconds=s) for record, s in zip(run.epochs, (9.0, 3.0, 5.0), strict=True)]
    said = dataclasses.replace(said, epoch_seconds=2.0)
    assert said.error(dataclasses.replace(run, epochs=tuple(epochs))) == pytest.approx(1.0)  # 4 s instead of 2
    assert said.error(dataclasses.replace(run, epochs=tuple(epochs[:1]))) == pytest.approx(3.5)
