"""Runs as a user steers them, and what happens when something breaks."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import torch

from core.errors import CancelledError, ConfigError, StoreError
from core.training.config import RunConfig
from core.training.loop.trainer import Trainer
from core.training.runs import keeping
from core.training.runs.checkpoint import load_tensors
from core.training.runs.manager import RunManager
from tests.support import SMALL, diverge, ended, wait_for

ROOT = Path(__file__).resolve().parents[4]
LONG = {**SMALL, "epochs": 1000}


def config(**values):
    return RunConfig.of(**{**SMALL, "epochs": 3, **values})


def test_a_run_from_start_to_end(manager):
    run = manager.submit(config())
    done = wait_for(manager, run, ended)
    assert (done.status, done.message) == ("finished", "")
    assert len(done.epochs) == 3 and done.step == 12 and len(done.points) == 12
    assert done.test.epoch == done.best.epoch and done.test.confusion.sum() == 40
    assert done.sample_images.shape == (16, 3, 32, 32) and done.sample_probabilities.shape == (16, 10)
    assert done.parameters > 0 and done.threads == 1 and done.device.startswith(("cpu", "cuda", "mps"))
    files = manager.files(run)
    assert files.epochs() == [0, 1, 2] and files.steps() == [0, 1, 2, 4]
    assert manager.weights(run) == files.epoch(done.best.epoch)


def test_the_next_start_shows_the_same(manager):
    run = manager.submit(config())
    live = wait_for(manager, run, ended)
    again = RunManager(manager.home).snapshot(run)
    for name in ("status", "config", "classes", "points", "stride", "step", "steps_per_epoch", "parameters", "threads", "kernel", "sizes"):
        assert getattr(again, name) == getattr(live, name), name
    assert [e.val_top1 for e in again.epochs] == [e.val_top1 for e in live.epochs]
    assert (again.test.confusion == live.test.confusion).all() and (again.sample_images == live.sample_images).all()


def test_pause_step_and_play(manager):
    run = manager.submit(RunConfig.of(**LONG), paused=True)
    assert wait_for(manager, run, lambda s: s.status == "paused").step == 0
    for count in (1, 2, 3):
        manager.step(run)
        wait_for(manager, run, lambda s, c=count: s.step == c and s.status == "paused")
    time.sleep(0.1)
    assert manager.snapshot(run).step == 3
    manager.resume(run)
    wait_for(manager, run, lambda s: s.step > 10)
    manager.pause(run)
    wait_for(manager, run, lambda s: s.status == "paused")
    manager.stop(run)
    assert wait_for(manager, run, ended).status == "stopped"


def test_a_new_learning_rate_is_marked(manager):
    run = manager.submit(RunConfig.of(**LONG, schedule="constant"), paused=True)
    wait_for(manager, run, lambda s: s.status == "paused")
    manager.set_lr(run, 0.0123)
    manager.step(run)
    manager.step(run)
    now = wait_for(manager, run, lambda s: s.step == 2 and s.status == "paused")
    assert now.lr_changes[0][1] == 0.0123 and now.lr == pytest.approx(0.0123)
    with pytest.raises(ConfigError, match="lr = 100 is out of range"):
        manager.set_lr(run, 100)


@pytest.mark.parametrize(
    "values",
    [
        {"optimizer": "adamw", "schedule": "one-cycle"},
        {"optimizer": "muon", "schedule": "linear", "ema": 0.9, "cutout": 8},
        {"patch_size": 4, "kernel": "scan", "bidirectional": True},
    ],
    ids=lambda values: next(iter(values.values())),
)
def test_stopped_and_resumed_is_the_same_run_bit_for_bit(manager, values):
    values = {"epochs": 4, "augment": True, "dropout": 0.2, **values}
    whole = manager.submit(config(**values))
    wait_for(manager, whole, ended)
    parts = manager.submit(config(**values), paused=True)
    for _ in range(6):  # into the second epoch, which is then lost and done again
        manager.step(parts)
    wait_for(manager, parts, lambda s: s.step == 6 and s.status == "paused")
    manager.stop(parts)
    assert len(wait_for(manager, parts, ended).epochs) == 1
    manager.resume(parts)
    done = wait_for(manager, parts, ended)
    assert done.status == "finished" and done.points == manager.snapshot(whole).points
    for epoch in range(4):
        one, two = (load_tensors(manager.weights(run, epoch))[0] for run in (whole, parts))
        assert all(torch.equal(one[name], two[name]) for name in one), epoch
    assert done.test.loss == manager.snapshot(whole).test.loss


def test_a_run_that_is_just_ending_can_be_resumed(manager, monkeypatch):
    """Between its last word and its thread's end a run is neither active nor gone."""
    forget = manager.engine._forget

    def late(worker):
        time.sleep(0.3)
        forget(worker)

    monkeypatch.setattr(manager.engine, "_forget", late)
    run = manager.submit(config(epochs=2), paused=True)
    wait_for(manager, run, lambda s: s.status == "paused")
    manager.stop(run)
    wait_for(manager, run, ended)
    manager.resume(run)
    wait_for(manager, run, lambda s: s.status == "finished")


def test_a_second_run_waits_and_says_its_place(manager):
    first = manager.submit(RunConfig.of(**LONG), owner="ann")
    wait_for(manager, first, lambda s: s.status == "running")
    second, third = manager.submit(config(), owner="ann"), manager.submit(config(), owner="bob")
    wait_for(manager, third, lambda s: s.place == 1)  # bob has not had a turn
    assert wait_for(manager, second, lambda s: s.place == 2).status == "queued"
    assert {r.run_id: r.place for r in manager.runs()} == {first: 0, second: 2, third: 1}
    manager.pause(first)  # a paused run lets others train
    assert wait_for(manager, third, ended).status == wait_for(manager, second, ended).status == "finished"
    manager.stop(first)


def test_a_waiting_run_can_be_stopped(manager):
    first = manager.submit(RunConfig.of(**LONG))
    second = manager.submit(config())
    manager.stop(second)
    assert wait_for(manager, second, ended).status == "stopped"
    manager.stop(first)


def test_a_diverging_run_fails_with_a_suggestion(manager, monkeypatch):
    diverge(monkeypatch)
    run = manager.submit(config())
    failed = wait_for(manager, run, ended)
    assert failed.status == "failed" and "Lower the learning rate" in failed.message
    assert len(failed.epochs) == 1 and manager.files(run).epochs() == [0]
    monkeypatch.undo()
    from tests.support import register_tiny

    register_tiny()
    manager.resume(run)
    assert wait_for(manager, run, ended).status == "finished"


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("[enforce fail at alloc_cpu.cpp:118] . DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
        RuntimeError("[enforce fail at alloc_cpu.cpp:80] data. DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes."),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 4.00 GiB"),
        RuntimeError("MPS backend out of memory (MPS allocated: 9.00 GB, other allocations: 1.00 GB, max allowed: 9.07 GB)."),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    ],
    ids=["Python", "Linux", "Windows", "CUDA", "MPS", "cuBLAS"],
)
def test_out_of_memory_fails_with_a_suggestion(manager, monkeypatch, error):
    def exhausted(self, *_):
        raise error

    monkeypatch.setattr(Trainer, "_train_step", exhausted)
    failed = wait_for(manager, manager.submit(config()), ended)
    assert failed.status == "failed" and "smaller batch_size" in failed.message


def test_an_unexpected_error_is_said_and_logged(manager, monkeypatch):
    monkeypatch.setattr(Trainer, "_train_step", lambda self, *_: 1 / 0)
    run = manager.submit(config())
    failed = wait_for(manager, run, ended)
    assert failed.status == "failed" and "ZeroDivisionError" in failed.message and "Traceback" not in failed.message
    assert "ZeroDivisionError" in (manager.files(run).folder / "error.log").read_text()


def test_a_full_disk_fails_the_run_and_keeps_what_was_complete(manager, monkeypatch):
    original = keeping.save_optimizer

    def full(path, optimizer, metadata, **more):
        if metadata["epoch"] == 1:
            raise StoreError("The checkpoint could not be written (No space left on device). Free some disk space.")
        original(path, optimizer, metadata, **more)

    monkeypatch.setattr(keeping, "save_optimizer", full)
    run = manager.submit(config())
    failed = wait_for(manager, run, ended)
    assert failed.status == "failed" and "Free some disk space" in failed.message
    monkeypatch.setattr(keeping, "save_optimizer", original)
    manager.resume(run)
    done = wait_for(manager, run, ended)
    assert done.status == "finished" and [e.epoch for e in done.epochs] == [0, 1, 2]


def test_the_disk_budget_is_kept(tmp_path):
    manager = RunManager(tmp_path / "home", budget=300_000)
    run = manager.submit(config(epochs=12))
    done = wait_for(manager, run, ended)
    kept = manager.files(run)
    assert sum(p.stat().st_size for p in kept.folder.glob("*.safetensors")) <= 300_000
    assert len(kept.epochs()) < 12 and {done.best.epoch, 11} <= set(kept.epochs()) and 0 in kept.steps()
    with pytest.raises(StoreError, match="keeps no weights of epoch .*Kept epochs"):
        manager.weights(run, next(e for e in range(12) if e not in kept.epochs()))


def test_delete_takes_everything_along(manager):
    run = manager.submit(RunConfig.of(**LONG))
    wait_for(manager, run, lambda s: s.step > 0)
    folder = manager.files(run).folder
    manager.delete(run)
    assert not folder.exists() and manager.runs() == []
    with pytest.raises(StoreError, match="There are no runs yet"):
        manager.snapshot(run)


def test_a_run_that_nobody_watches_any_more_is_stopped(tmp_path):
    manager = RunManager(tmp_path / "home", max_active=3, away_seconds=1)
    left, watched, unattended = (manager.submit(RunConfig.of(**LONG)) for _ in range(3))
    manager.attend(left)
    end = time.monotonic() + 20
    while manager.snapshot(left).active and time.monotonic() < end:
        manager.attend(watched)
        time.sleep(0.02)
    stopped = manager.snapshot(left)
    assert stopped.status == "stopped" and "nobody had its page open" in stopped.message
    assert manager.snapshot(watched).active, manager.snapshot(watched).message  # somebody looks
    assert manager.snapshot(unattended).active, manager.snapshot(unattended).message  # nobody ever looked: a run from the command line
    manager.shutdown()


def test_a_complete_run_has_nothing_to_resume(manager):
    run = manager.submit(config())
    wait_for(manager, run, ended)
    with pytest.raises(ConfigError, match="is complete"):
        manager.resume(run)
    with pytest.raises(ConfigError, match="does not train at the moment"):
        manager.pause(run)


TRAIN_FOREVER = """
import sys, time
from tests.support import LONG_TINY, register_tiny
register_tiny(train=4_000)
from core.training import RunConfig, RunManager
manager = RunManager(sys.argv[1])
run = manager.submit(RunConfig.of(**LONG_TINY))
print(run, flush=True)
time.sleep(600)
"""


@pytest.fixture
def other_process(tmp_path):
    """A process that trains in the same home; (process, run id)."""
    process = subprocess.Popen([sys.executable, "-c", TRAIN_FOREVER, str(tmp_path / "home")], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    yield process, process.stdout.readline().strip()
    process.kill()
    process.wait()


def test_killed_in_mid_epoch_is_interrupted_and_resumes(tmp_path, other_process):
    process, run = other_process
    watching = RunManager(tmp_path / "home")
    wait_for(watching, run, lambda s: len(s.epochs) >= 1)
    assert watching.snapshot(run).status == "running"  # it lives elsewhere
    with pytest.raises(StoreError, match="trains in another process"):
        watching.stop(run)
    with pytest.raises(StoreError, match="trains in another process"):
        watching.delete(run)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    manager = RunManager(tmp_path / "home")
    assert manager.store.snapshot(run).status == "interrupted"  # at the start, before anybody asks the manager
    found = manager.snapshot(run)
    assert found.status == "interrupted" and "Press Continue to go on" in found.message
    assert manager.runs()[0].status == "interrupted"
    epochs = len(found.epochs)
    assert epochs >= 1
    from tests.support import register_tiny

    register_tiny(train=4_000)
    manager.resume(run)
    wait_for(manager, run, lambda s: len(s.epochs) > epochs)
    assert [e.epoch for e in manager.snapshot(run).epochs][: epochs + 1] == list(range(epochs + 1))
    manager.shutdown()
    assert manager.snapshot(run).status == "interrupted"


def test_a_home_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be written .*LAB_HOME"):
        RunManager(tmp_path / "file")


def test_the_manager_needs_no_torch_until_a_run_starts(tmp_path):
    code = f"import sys; from core.training import RunManager; RunManager({str(tmp_path)!r}); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_a_measurement_waits_in_the_queue_like_a_run(manager):
    first = manager.submit(RunConfig.of(**LONG), owner="ann")
    wait_for(manager, first, lambda s: s.status == "running")
    second = manager.submit(config(), owner="eve")  # who, like cy, has had no turn in an earlier test
    wait_for(manager, second, lambda s: s.place == 1)
    places, measured, go_on = [], threading.Event(), threading.Event()

    def measure():
        with manager.turn("cy", told=places.append):
            measured.set()
            go_on.wait(30)

    thread = threading.Thread(target=measure, daemon=True)
    thread.start()
    while places != [2]:
        time.sleep(0.005)
    assert not measured.is_set()
    manager.stop(second)
    while places != [2, 1]:
        time.sleep(0.005)
    manager.stop(first)
    assert measured.wait(30)
    third = manager.submit(config(), owner="dan")
    assert wait_for(manager, third, lambda s: s.place == 1).status == "queued" and not manager.training
    go_on.set()
    thread.join(30)
    assert wait_for(manager, third, ended).status == "finished"


def test_a_measurement_for_which_nobody_waits_is_not_made(manager):
    with manager.turn("ann"):
        with pytest.raises(CancelledError, match="cancelled before its turn came"), manager.turn("bob", cancelled=lambda: True):
            raise AssertionError("it has no turn")
        with pytest.raises(KeyError), manager.turn("cy", told=lambda place: {}["the page was closed"]):
            raise AssertionError("it has no turn")
    with manager.turn("dan"):
        pass  # both have left the queue
