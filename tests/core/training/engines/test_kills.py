"""A training process that is killed in the worst moments, and a server that does not listen: nothing is lost, nothing is done twice."""

import fcntl
import os
import random
import signal
import sys
import threading
import time

import pytest
import torch

from core.training.config import RunConfig
from core.training.engines import spawned
from core.training.runs.checkpoint import load_tensors
from tests.support import SMALL, ended, wait_for

# A training process that kills itself when something is called for the n-th time; the next one finds the mark and does not.
DEADLY = """
import importlib, os, signal
from pathlib import Path
from tests.support import register_tiny
register_tiny()
owner = importlib.import_module({module!r})
for part in {owner!r}.split("."):
    owner = getattr(owner, part) if part else owner
whole, calls = getattr(owner, {name!r}), []
def deadly(*arguments, **more):
    calls.append(1)
    if len(calls) == {count} and not Path({mark!r}).exists():
        Path({mark!r}).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(*arguments, **more)
setattr(owner, {name!r}, deadly)
from core.training.engines.child import main
main()
"""
MOMENTS = {
    "while it loads": ("core.training.runs.worker", "", "load_shared", 1),
    "while it makes the model": ("core.training.runs.worker", "", "build_model", 1),
    "in a batch of the second epoch": ("core.training.loop.trainer", "Trainer", "_train_step", 6),
    "in the validation": ("core.training.loop.trainer", "Trainer", "evaluate", 2),
    "before a checkpoint": ("core.training.runs.keeping", "", "save_optimizer", 2),
    "with a file half written": ("core.files", "os", "fsync", 9),
    "before an epoch is recorded": ("core.training.runs.store", "Store", "add_epoch", 2),
    "in the test": ("core.training.loop.trainer", "Trainer", "test", 1),
}


@pytest.fixture
def engine():
    return "process"


@pytest.fixture(scope="module")
def reference():
    """What the run comes to when nobody kills anything, by its number of epochs; filled by whoever needs it first."""
    return {}


def config(epochs):
    return RunConfig.of(**{**SMALL, "epochs": epochs, "dropout": 0.2, "augment": True})


def outcome(manager, run):
    """The last weights, the points and the result of a finished run."""
    done = wait_for(manager, run, ended)
    assert done.status == "finished", done.message
    assert [record.epoch for record in done.epochs] == list(range(done.total_epochs))
    return load_tensors(manager.weights(run, done.total_epochs - 1))[0], done.points, done.test.loss


def same(one, other):
    return one[1:] == other[1:] and all(torch.equal(one[0][name], other[0][name]) for name in other[0])


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_kill_costs_no_complete_epoch_and_changes_no_number(manager, tmp_path, monkeypatch, reference, moment):
    module, owner, name, count = MOMENTS[moment]
    mark = tmp_path / "killed"
    code = DEADLY.format(module=module, owner=owner, name=name, count=count, mark=str(mark))
    monkeypatch.setattr(spawned, "PROGRAM", (sys.executable, "-c", code))
    run = manager.submit(config(3))
    found = outcome(manager, run)
    assert mark.exists(), "nobody was killed"
    if not reference:
        reference[3] = outcome(manager, manager.submit(config(3)))
    assert same(found, reference[3])


def test_a_dozen_kills_at_random_moments_of_one_run(manager):
    whole = outcome(manager, manager.submit(config(150)))
    draw, run = random.Random(0), manager.submit(config(150))
    for _ in range(12):
        epochs = len(wait_for(manager, run, lambda s: s.status == "running").epochs)
        wait_for(manager, run, lambda s, epochs=epochs: len(s.epochs) > epochs or not s.active)  # never twice in the same place
        time.sleep(draw.uniform(0, 0.15))
        if not manager.snapshot(run).active:
            break
        killed = manager.engine.pid
        os.kill(killed, signal.SIGKILL)
        wait_for(manager, run, lambda s, killed=killed: manager.engine.pid not in (killed, None))
    assert same(outcome(manager, run), whole)


@pytest.mark.skipif(not hasattr(fcntl, "F_SETPIPE_SZ"), reason="only Linux has pipes of a chosen size")
def test_a_server_that_does_not_listen_keeps_no_run_from_training(manager, monkeypatch):
    run = manager.submit(config(1000))
    wait_for(manager, run, lambda s: s.status == "running" and s.step > 0)
    child, listen, heard = manager.engine.prepare(), threading.Event(), manager.engine._on_news
    fcntl.fcntl(child.process.stdout.fileno(), fcntl.F_SETPIPE_SZ, 4096)  # full after two epochs
    monkeypatch.setattr(manager.engine, "_on_news", lambda *news: (listen.wait(300), heard(*news)))
    deaf, end = manager.snapshot(run), time.monotonic() + 120
    while len(manager.store.snapshot(run).epochs) < len(deaf.epochs) + 12 and time.monotonic() < end:
        time.sleep(0.05)
    assert len(manager.snapshot(run).epochs) <= len(deaf.epochs) + 1, "it has heard something"
    listen.set()
    wait_for(manager, run, lambda s: len(s.epochs) >= len(deaf.epochs) + 12)
    manager.stop(run)
    assert wait_for(manager, run, ended).status == "stopped"
