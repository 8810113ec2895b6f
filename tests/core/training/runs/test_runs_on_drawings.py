"""A run on a set of drawings that is still open: it keeps the pictures that it began with, whatever comes or is dropped meanwhile."""

import numpy as np
import pytest
from PIL import Image

from core.errors import DataError
from core.training.config import RunConfig
from core.training.runs.datasets import data_of
from core.training.runs.manager import RunManager
from tests.support import SMALL, ended, wait_for

CONFIG = {**SMALL, "dataset": "made", "made": "zoo", "epochs": 3, "val_fraction": 0.25, "test_fraction": 0.25}


def draw(home, label, seed):
    """Put a picture of noise into the set, and return its file."""
    file = home / "made" / "zoo" / label / f"{seed:03d}.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (32, 32, 3), np.uint8)).save(file)
    return file


def fill(home):
    return [draw(home, ("cat", "dog")[k % 2], k) for k in range(16)]


@pytest.fixture
def undisturbed(tmp_path_factory):
    """What the same run measures in a lab in which nothing comes and nothing is dropped."""
    home = tmp_path_factory.mktemp("undisturbed")
    fill(home)
    other = RunManager(home)
    run = wait_for(other, other.submit(RunConfig.of(**CONFIG)), ended)
    other.shutdown()
    return run


def test_a_run_learns_from_what_was_there_when_it_began(manager, undisturbed):
    files = fill(manager.home)
    run = manager.submit(RunConfig.of(**CONFIG), paused=True)
    wait_for(manager, run, lambda s: s.status == "paused" and s.sizes)
    for k in range(100, 106):
        draw(manager.home, "cat", k)
    files[0].unlink()
    manager.resume(run)
    done = wait_for(manager, run, ended)
    assert done.status == "finished" and done.sizes == {"train": 8, "val": 4, "test": 4}
    assert [epoch.val_loss for epoch in done.epochs] == [epoch.val_loss for epoch in undisturbed.epochs]
    assert done.test.loss == undisturbed.test.loss


def test_other_pictures_are_never_taken_for_those_of_a_run(manager):
    files = fill(manager.home)
    run = wait_for(manager, manager.submit(RunConfig.of(**CONFIG)), ended)
    began = {split: data_of(run, manager.home)[split].images.clone() for split in ("train", "val", "test")}
    kept = files[0].read_bytes()
    files[0].unlink()
    swapped = draw(manager.home, "cat", 100)  # as many of each class as before
    with pytest.raises(DataError, match=f"'zoo' has changed since {run.run_id} began.*train on the set anew"):
        data_of(run, manager.home)
    swapped.unlink()
    files[0].write_bytes(kept)
    assert all((data_of(run, manager.home)[split].images == images).all() for split, images in began.items())


def test_a_stopped_run_does_not_go_on_with_other_pictures(manager):
    fill(manager.home)
    run = manager.submit(RunConfig.of(**CONFIG), paused=True)
    paused = wait_for(manager, run, lambda s: s.status == "paused" and s.sizes)
    for step in range(1, paused.steps_per_epoch + 1):
        manager.step(run)
        wait_for(manager, run, lambda s, step=step: s.step == step and s.status == "paused")
    manager.stop(run)
    wait_for(manager, run, ended)
    late = draw(manager.home, "dog", 100)
    manager.resume(run)
    refused = wait_for(manager, run, ended)
    assert refused.status == "failed" and "'zoo' has changed since" in refused.message and len(refused.epochs) == 1
    late.unlink()
    manager.resume(run)
    assert wait_for(manager, run, ended).status == "finished"


def test_runs_on_other_data_are_told_nothing_of_drawings(manager):
    run = wait_for(manager, manager.submit(RunConfig.of(**SMALL, epochs=1)), ended)
    assert run.drawn == "" and "drawn" not in manager.store.plain(run.run_id)["facts"]
