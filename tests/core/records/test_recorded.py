"""Recorded runs: those that come with the project can be used, and a new one is what was trained, and small."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from core.data import DATASETS
from core.data.sequences import text_split
from core.decoding.greedy import greedy_batch
from core.errors import ConfigError, StoreError
from core.models import MODELS, Task, build_model
from core.records import recorded, recording
from core.records.recorded import recorded_epochs, recorded_names, recorded_run
from core.records.recording import record
from core.training.config import RunConfig
from core.training.runs.checkpoint import load_tensors, open_model, open_seq2seq
from core.training.runs.manager import RunManager
from core.training.runs.speed import training_flops
from tests.support import SMALL, ended, register_tiny, wait_for

BUDGET = 8 * 2**20  # bytes of all recorded runs together


@pytest.fixture
def trained(tmp_path, monkeypatch):
    """A manager with a finished run of five epochs, and a folder of one's own for recorded runs."""
    monkeypatch.setitem(DATASETS, "tiny", None)
    register_tiny()
    monkeypatch.setattr(recorded, "FOLDER", tmp_path / "recorded")
    manager = RunManager(tmp_path / "home")
    run = manager.submit(RunConfig.of(**SMALL, epochs=5, data="/somebody's/folder"))
    assert wait_for(manager, run, ended).status == "finished"
    yield manager, run
    recorded_run.cache_clear()
    recorded_epochs.cache_clear()
    manager.shutdown()


def test_a_recorded_run_is_what_was_trained(trained):
    manager, run = trained
    assert record(manager, run, "tiny-gru") == recorded.FOLDER / "tiny-gru"
    assert recorded_names() == ["tiny-gru"]
    was, now = manager.snapshot(run), recorded_run("tiny-gru")
    assert (now.run_id, now.status, now.recorded) == (
        "recorded-tiny-gru",
        "finished",
        RunConfig.of(**{**was.config, "data": Path(was.config["data"]).name}).command(),
    )
    for name in ("stride", "step", "steps_per_epoch", "parameters", "classes", "sizes", "versions", "created", "lr_changes"):
        assert getattr(now, name) == getattr(was, name), name
    assert [e.to_dict() for e in now.epochs] == [e.to_dict() for e in was.epochs]
    assert now.test.to_dict() == was.test.to_dict()
    assert np.allclose(now.points, was.points, rtol=1e-4, atol=0)


def test_its_weights_are_halved_and_can_be_opened(trained):
    manager, run = trained
    record(manager, run, "tiny-gru")
    best, now = manager.snapshot(run).best.epoch, recorded_run("tiny-gru")
    kept = recorded_epochs("tiny-gru")
    assert list(kept) == sorted({0, best // 2, best})
    for epoch, path in kept.items():
        whole, half = load_tensors(manager.weights(run, epoch))[0], load_tensors(path)[0]
        assert {v.dtype for v in half.values()} == {torch.float16}
        opened = open_model(path)
        for name, value in opened.model.state_dict().items():
            assert value.dtype == torch.float32 and torch.allclose(value, whole[name], rtol=2**-10, atol=2**-24), name
        assert opened.metadata["epoch"] == epoch and opened.metadata["config"] == now.config


@pytest.mark.parametrize(("keep", "epochs"), [("best", 1), ("none", 0)])
def test_fewer_weights_are_kept_where_asked(trained, keep, epochs):
    manager, run = trained
    record(manager, run, "tiny-gru", keep=keep)
    assert len(recorded_epochs("tiny-gru")) == epochs
    assert {*recorded_epochs("tiny-gru")} <= {manager.snapshot(run).best.epoch}


def test_its_arithmetic_is_counted(trained):
    manager, run = trained
    record(manager, run, "tiny-gru")
    now, config = recorded_run("tiny-gru"), RunConfig.of(**manager.snapshot(run).config)
    task = Task(num_classes=len(now.classes))
    assert now.flops == training_flops(build_model(config.model, task, **vars(config.model_config)), task)
    assert 0 < now.flops * now.images_per_second < 2 * now.peak


def test_an_unknown_choice_of_weights_is_refused(trained):
    manager, run = trained
    with pytest.raises(ConfigError, match="no choice of weights named 'bets'. Did you mean 'best'"):
        record(manager, run, "tiny-gru", keep="bets")


@pytest.mark.parametrize("own", [False, True])
def test_only_images_of_the_lab_itself_are_copied(trained, monkeypatch, own):
    manager, run = trained
    monkeypatch.setattr(recording, "OWN_IMAGES", ("tiny",) if own else ("shapes",))
    folder = record(manager, run, "tiny-gru")
    now, was = recorded_run("tiny-gru"), manager.snapshot(run)
    assert now.sample_images is None if not own else (now.sample_images == was.sample_images).all()
    text = gzip.decompress((folder / "run.json.gz").read_bytes()).decode()
    assert "somebody" not in text, "the recorder's own folder is nobody's business"
    assert bool(json.loads(text)["sample_images"]) == own


def test_recording_again_replaces_and_failing_keeps(trained):
    manager, run = trained
    folder = record(manager, run, "tiny-gru")
    (folder / "epoch-0099.safetensors").touch()
    record(manager, run, "tiny-gru")
    assert 99 not in recorded_epochs("tiny-gru")
    manager.files(run).epoch(0).unlink()
    with pytest.raises(StoreError, match="keeps no weights of epoch 1"):
        record(manager, run, "tiny-gru")
    assert recorded_run("tiny-gru").status == "finished" and 0 in recorded_epochs("tiny-gru")


@pytest.mark.parametrize("name", ["", ".", "..", "../elsewhere", "a/b", "Big", "a--b"])
def test_a_name_that_is_no_folder_name_is_refused(trained, tmp_path, name):
    manager, run = trained
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(ConfigError, match="cannot be named .*small letters"):
        record(manager, run, name)
    assert (tmp_path / "elsewhere").is_dir() and manager.home.is_dir()


def test_only_a_finished_run_is_recorded(trained):
    manager, run = trained
    manager.store.update(run, status="stopped")
    with pytest.raises(StoreError, match=f"Run {run} is stopped: only a finished run can be recorded"):
        record(manager, run, "tiny-gru")


def test_an_unknown_one_is_refused():
    with pytest.raises(StoreError, match="no recorded run named 'shape-gru'. Did you mean 'shapes-gru'"):
        recorded_run("shape-gru")


@pytest.mark.parametrize("name", recorded_names())
def test_what_comes_with_the_project_can_be_used(name):
    run, kept = recorded_run(name), recorded_epochs(name)
    assert run.status == "finished" and run.epochs and run.points and run.test
    assert run.recorded.startswith("python -m core train ")
    assert (run.sample_images is not None) == (run.config["dataset"] in recording.OWN_IMAGES)
    assert {*kept} <= {e.epoch for e in run.epochs}
    assert run.flops > 1e5 and run.peak > 1e9
    if not kept:
        return
    opened = (open_model if run.kind == "images" else open_seq2seq)(kept[run.best.epoch])
    assert sum(p.numel() for p in opened.model.parameters()) == run.parameters
    if run.kind == "images":
        assert opened.classes == run.classes
        with torch.no_grad():
            assert opened.model(torch.zeros(2, 3, 32, 32)).shape == (2, len(run.classes))
    else:
        split = text_split(opened.task, [source for source, _ in run.sample_texts])
        written = [opened.vocabulary.decode(row) for row in greedy_batch(opened.model, split.source).tolist()]
        record = next(e for e in run.epochs if e.epoch == run.best.epoch)
        assert sum(map(str.__eq__, written, record.sample_outputs)) >= 15, "float16 may turn one"
    assert RunConfig.completed(opened.metadata["config"]) == run.config and "/" not in run.config["data"]


def test_all_that_comes_with_the_project_is_small_and_of_known_models():
    assert "shapes-gru" in recorded_names(), "every page opens on it"
    assert {recorded_run(name).config["model"] for name in recorded_names()} <= {*MODELS}
    assert sum(path.stat().st_size for path in recorded.FOLDER.rglob("*") if path.is_file()) < BUDGET


def test_recorded_runs_name_every_hyperparameter_of_today():
    for name in recorded_names():
        config = recorded_run(name).config
        assert config == RunConfig.of(**config).flat()
