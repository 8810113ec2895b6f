"""Many users at once: each run gives its turn back after a slice, keeps its model, and ends as if it had never been interrupted."""

import time

import pytest
import torch

from core.errors import ConfigError
from core.training.config import RunConfig
from core.training.runs import worker as worker_module
from core.training.runs.checkpoint import load_tensors
from core.training.runs.manager import RunManager
from core.training.runs.slices import Slice
from tests.support import LONG_TINY, SMALL, ended, wait_for

VALUES = {**SMALL, "epochs": 40, "dropout": 0.2, "augment": True}


@pytest.fixture
def sliced(tmp_path, monkeypatch, tiny):
    """A manager whose turns last 50 ms, as long as it is not said otherwise."""
    monkeypatch.setenv("LAB_SLICE_SECONDS", "0.05")
    made = []

    def make(**settings):
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        made.append(RunManager(tmp_path / "home"))
        return made[-1]

    yield make
    for manager in made:
        manager.shutdown()


def test_sliced_runs_end_with_the_weights_of_runs_that_were_alone(sliced, monkeypatch):
    manager, begun = sliced(), []
    begin = Slice.begin
    monkeypatch.setattr(Slice, "begin", lambda self: (begun.append(self._owner), begin(self))[1])
    alone = [manager.wait(manager.submit({**VALUES, "seed": seed})) for seed in range(3)]
    assert not begun
    runs = [manager.submit({**VALUES, "seed": seed}, owner=f"student {seed}") for seed in range(3)]
    for run, whole in zip(runs, alone, strict=True):
        done = wait_for(manager, run, ended)
        assert done.status == "finished" and done.points == whole.points and done.test.loss == whole.test.loss
        last = [load_tensors(manager.weights(run_id, VALUES["epochs"] - 1))[0] for run_id in (run, whole.run_id)]
        assert all(torch.equal(last[0][name], last[1][name]) for name in last[0])
    assert {f"student {seed}" for seed in range(3)} == {*begun} and len(begun) > 6, "they took turns"


def test_everybody_has_a_first_point_long_before_the_first_run_ends(sliced):
    manager = sliced()
    runs = [manager.submit(RunConfig.of(**LONG_TINY), owner=f"student {number}") for number in range(5)]
    for run in runs:
        wait_for(manager, run, lambda s: len(s.points) > 0)
    assert all(manager.snapshot(run).active for run in runs)
    before = [manager.snapshot(run).step for run in runs]
    for run, step in zip(runs, before, strict=True):
        wait_for(manager, run, lambda s, step=step: s.step > step)  # all curves move
    for run in runs:
        manager.stop(run)
    assert {wait_for(manager, run, ended).status for run in runs} == {"stopped"}


def test_a_run_that_waits_between_slices_can_be_paused_stopped_and_steered(sliced):
    manager = sliced(LAB_SLICE_SECONDS="0.3")
    first, second = (manager.submit(RunConfig.of(**LONG_TINY, schedule="constant"), owner=name) for name in ("ann", "bob"))
    for run in (first, second):
        wait_for(manager, run, lambda s: s.step > 0)
    wait_for(manager, first, lambda s: s.status == "queued" and s.place == 1)
    manager.set_lr(first, 0.0123)
    manager.pause(first)
    now = wait_for(manager, first, lambda s: s.status == "paused")
    assert now.lr_changes[-1][1] == 0.0123
    wait_for(manager, second, lambda s: s.status == "running")
    manager.resume(first)
    wait_for(manager, first, lambda s: s.status == "running")
    wait_for(manager, first, lambda s: s.status == "queued")
    start = time.monotonic()
    manager.stop(first)
    assert wait_for(manager, first, ended).status == "stopped" and time.monotonic() - start < 5
    manager.stop(second)


def test_beyond_so_many_models_runs_wait_unloaded(sliced):
    manager = sliced(LAB_MAX_LOADED="2")
    runs = [manager.submit(RunConfig.of(**LONG_TINY), owner=f"student {number}") for number in range(4)]
    for run in runs[:2]:
        wait_for(manager, run, lambda s: s.step > 5)
    time.sleep(0.3)
    assert [manager.snapshot(run).step for run in runs[2:]] == [0, 0]
    manager.stop(runs[0])
    wait_for(manager, runs[2], lambda s: s.step > 0)
    assert manager.snapshot(runs[3]).step == 0
    for run in runs[1:]:
        manager.stop(run)


def test_a_run_for_which_there_is_no_memory_waits_until_another_has_ended(sliced, monkeypatch):
    manager, tried, room_for = sliced(), [], worker_module.room_for

    def full(config, **more):
        tried.append(config.training.seed)
        if config.training.seed == 1 and manager.snapshot(first).active:
            raise ConfigError("This run needs about 3 GB of memory, and 1 GB are free: choose a smaller model.")
        return room_for(config, **more)

    monkeypatch.setattr(worker_module, "room_for", full)
    first = manager.submit({**LONG_TINY, "seed": 0}, owner="ann")
    wait_for(manager, first, lambda s: s.step > 0)
    second = manager.submit({**SMALL, "epochs": 2, "seed": 1}, owner="bob")
    waiting = wait_for(manager, second, lambda s: "Waiting for memory" in s.message)
    assert waiting.status == "queued" and "choose a smaller model" in waiting.message
    step = manager.snapshot(first).step
    wait_for(manager, first, lambda s: s.step > step + 5)  # it does not wait
    manager.stop(first)
    assert wait_for(manager, second, ended).status == "finished" and tried == [0, 1, 1]


def test_alone_it_is_refused_at_once(sliced, monkeypatch):
    manager = sliced()

    def full(config, **more):
        raise ConfigError("This run needs about 3 GB of memory, and 1 GB are free: choose a smaller model.")

    monkeypatch.setattr(worker_module, "room_for", full)
    failed = wait_for(manager, manager.submit({**SMALL, "epochs": 2}), ended)
    assert failed.status == "failed" and "3 GB" in failed.message
