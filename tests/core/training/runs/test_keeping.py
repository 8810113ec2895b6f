"""What is kept of a run, by callbacks of a trainer that has no thread and no queue."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.errors import StoreError
from core.models import build_model
from core.training.config import RunConfig
from core.training.loop.trainer import Trainer
from core.training.measured import measured
from core.training.runs.checkpoint import RunFiles, load_tensors, open_model
from core.training.runs.keeping import Keeper, Publisher
from core.training.runs.store import Store
from tests.support import SMALL, load_tiny

torch.set_num_threads(1)
CONFIG = {**SMALL, "epochs": 2, "batch_size": 20}


def trainer_of(*callbacks, **values):
    config = RunConfig.of(**CONFIG, **values)
    model = build_model(config.model, seed=0, **vars(config.model_config))
    return Trainer(model, load_tiny("tiny", None), config, callbacks=callbacks)


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path)
    yield store
    store.close()


@pytest.fixture
def files(tmp_path):
    return RunFiles(tmp_path / "runs" / "gru-1")


def test_every_epoch_and_the_first_steps_are_kept(store, files):
    files.folder.mkdir(parents=True)
    config, after = RunConfig.of(**CONFIG), []
    store.add("gru-1", config.flat())
    keeper = Keeper(files, store, "gru-1", config, lambda: after.append(files.epochs()), facts={"device": "cpu (any)"})
    trainer = trainer_of(keeper)
    trainer.fit()
    assert files.steps() == [0, 1, 2, 4] and after == [[0], [0, 1]]
    assert not files.optimizer(0).exists() and files.optimizer(1).exists()
    run = store.snapshot("gru-1")
    assert [record.val_top1 for record in run.epochs] == [record.val_top1 for record in trainer.epochs] and run.points
    opened = open_model(files.epoch(1))
    for name, value in opened.model.state_dict().items():
        assert torch.equal(value, trainer.model.state_dict()[name]), name
    assert opened.metadata["run"] == "gru-1" and opened.metadata["record"]["epoch"] == 1
    logits = load_tensors(files.logits("val", 1))[0]
    assert torch.equal(logits["logits"], trainer.val_logits) and torch.equal(logits["labels"], trainer.val_split.labels)
    assert load_tensors(files.optimizer(1))[1]["facts"] == {"device": "cpu (any)"}


def test_with_every_epoch_what_was_measured_in_short_is_kept(store, files):
    """As the whole history tells it, at each of its moments."""
    files.folder.mkdir(parents=True)
    config, told = RunConfig.of(**CONFIG), []
    store.add("gru-1", config.flat())

    def look():
        (row,) = store.summaries()
        told.append((row.measured, measured(replace(store.snapshot("gru-1"), steps_per_epoch=trainer.steps_per_epoch))))

    trainer = trainer_of(Keeper(files, store, "gru-1", config, look))
    trainer.fit()
    assert [kept for kept, _ in told] == [whole for _, whole in told]
    assert [(kept.epoch, len(kept.curve), kept.loss is None) for kept, _ in told] == [(1.0, 1, False), (2.0, 2, False)]


def test_each_write_may_be_tried_again(store, files):
    """As when the database was locked: what was done twice is there once."""
    files.folder.mkdir(parents=True)
    config = RunConfig.of(**CONFIG)
    store.add("gru-1", config.flat())

    def twice(write):
        write()
        write()

    trainer_of(Keeper(files, store, "gru-1", config, persist=twice)).fit()
    assert len(store.snapshot("gru-1").epochs) == 2 and files.epochs() == [0, 1]


def test_a_home_that_is_gone_is_noticed_at_a_reading(store, files, monkeypatch):
    monkeypatch.setattr("core.training.runs.keeping.CHECK_SECONDS", 0.0)
    keeper = Keeper(files, store, "gru-1", RunConfig.of(**CONFIG))
    keeper.on_reading(None)
    (store.home / "lab.sqlite").unlink()
    with pytest.raises(StoreError, match="moved, deleted or replaced"):
        keeper.on_reading(None)


def test_snapshots_have_the_numbers_of_the_trainer(monkeypatch):
    monkeypatch.setattr("core.training.loop.readings.READ_SECONDS", 0.0)
    monkeypatch.setattr("core.training.runs.keeping.SAMPLE_SECONDS", -1.0)
    published = []
    trainer = trainer_of(Publisher(lambda **changes: published.append(changes)), label_smoothing=0.1)
    trainer.fit()
    assert [changes["step"] for changes in published] == [1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10, 10]  # five readings an epoch, and its end
    assert [len(changes["points"]) for changes in published] == [1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10, 10]
    assert [len(changes["epochs"]) for changes in published] == [0] * 5 + [1] * 6 + [2]
    assert all(changes["sample_probabilities"].shape == (16, 10) for changes in published)
    assert np.array_equal(published[-1]["sample_probabilities"], trainer.epochs[-1].sample_probabilities)
    assert published[-1]["seconds_left"] == 0 and all(changes["images_per_second"] > 0 for changes in published)
    assert len(published[-1]["points"][0]) == 4  # the loss without label smoothing, too
