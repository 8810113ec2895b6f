"""A training process that dies, at any moment, takes nothing with it: neither a page nor an epoch."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
import torch

from core.errors import CancelledError, ConfigError, StoreError
from core.training.config import RunConfig
from core.training.engines import spawned
from core.training.runs.checkpoint import load_tensors
from core.training.runs.manager import RunManager
from tests.support import LONG_TINY, SMALL, ended, wait_for

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def engine():
    return "process"


def config(**values):
    return RunConfig.of(**{**SMALL, "epochs": 3, **values})


def kill(manager):
    """Kill the training process; its number."""
    pid = manager.engine.pid
    os.kill(pid, signal.SIGKILL)
    return pid


def weights(manager, run):
    return [load_tensors(manager.weights(run, epoch))[0] for epoch in manager.files(run).epochs()]


def same_weights(manager, one, other):
    pairs = list(zip(weights(manager, one), weights(manager, other), strict=True))
    return bool(pairs) and all(torch.equal(a[name], b[name]) for a, b in pairs for name in a)


def test_this_process_needs_no_torch_to_train(tmp_path):
    code = f"""
import sys
from core.training import RunConfig, RunManager
manager = RunManager({str(tmp_path / "home")!r}, engine="process")
values = dict(model="gru", patch_size=16, hidden_size=4, embed_dim=4, epochs=1, train_fraction=0.01, threads=1, kernel="torch")
run = manager.submit(RunConfig.of(**values, dataset="shapes"))
assert manager.wait(run, 120).status == "finished"
manager.resume  # and it looks, lists and ends without it, too
assert manager.runs()[0].status == "finished" and manager.history(run) is not None
manager.shutdown()
sys.exit("torch is here" if "torch" in sys.modules else 0)
"""
    made = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert made.returncode == 0, made.stderr


def test_a_killed_process_is_told_at_once_and_the_run_goes_on_to_the_same_weights(manager):
    whole = manager.submit(config(epochs=4, dropout=0.2, augment=True))
    wait_for(manager, whole, ended)
    run = manager.submit(config(epochs=4, dropout=0.2, augment=True), paused=True)
    for _ in range(10):  # into the third epoch
        manager.step(run)
    wait_for(manager, run, lambda s: s.step == 10 and s.status == "paused")
    manager.resume(run)
    killed, start = kill(manager), time.monotonic()
    told = wait_for(manager, run, lambda s: "was ended from outside (SIGKILL)" in s.message or s.status == "finished")
    assert told.active and time.monotonic() - start < 5 and "goes on from its last complete epoch" in told.message
    done = wait_for(manager, run, ended)
    assert done.status == "finished" and manager.engine.pid != killed
    assert same_weights(manager, run, whole) and done.test.loss == manager.snapshot(whole).test.loss
    assert done.points == manager.snapshot(whole).points


def test_what_waits_or_is_paused_is_not_to_blame(manager):
    paused = manager.submit(RunConfig.of(**LONG_TINY), owner="ann", paused=True)
    wait_for(manager, paused, lambda s: s.status == "paused")
    first = manager.submit(RunConfig.of(**LONG_TINY), owner="ann")
    wait_for(manager, first, lambda s: s.status == "running")
    second = manager.submit(config(), owner="bob")
    wait_for(manager, second, lambda s: s.place == 1)
    kill(manager)
    wait_for(manager, first, lambda s: s.status == "queued")
    wait_for(manager, paused, lambda s: s.status == "paused")
    wait_for(manager, first, lambda s: s.status == "running")
    manager.stop(first)
    assert wait_for(manager, second, ended).status == "finished"
    manager.resume(paused)
    wait_for(manager, paused, lambda s: s.step > 3)


def test_a_second_death_in_the_same_place_interrupts_the_run_with_a_remedy(manager):
    run = manager.submit(config(epochs=400), paused=True)
    for _ in range(6):
        manager.step(run)
    wait_for(manager, run, lambda s: s.step == 6 and s.status == "paused")
    manager.resume(run)
    manager.pause(run)
    wait_for(manager, run, lambda s: s.status == "paused")
    epochs = len(manager.snapshot(run).epochs)
    for _ in range(2):
        manager.engine._runs[run].snapshot = _as_running(manager.engine._runs[run].snapshot)
        killed = kill(manager)
        wait_for(manager, run, lambda s, killed=killed: ((manager.engine.pid or killed) != killed and s.status == "paused") or not s.active)
    now = manager.snapshot(run)
    assert now.status == "interrupted" and "twice in the same place" in now.message and "smaller batch_size" in now.message
    assert manager.store.state(run).status == "interrupted" and len(now.epochs) == epochs
    assert wait_for(manager, manager.submit(config()), ended).status == "finished"  # the engine is as good as before
    manager.resume(run)
    wait_for(manager, run, lambda s: len(s.epochs) > epochs)


def _as_running(snapshot):
    """As if it had trained when the process died: a run that is held at one batch makes the moment certain."""
    from dataclasses import replace

    return replace(snapshot, status="running")


def test_wishes_and_snapshots_while_the_process_starts_again(manager):
    run = manager.submit(RunConfig.of(**LONG_TINY))
    wait_for(manager, run, lambda s: len(s.epochs) > 0)
    kill(manager)
    assert manager.snapshot(run).active and manager.runs()[0].status in ("queued", "loading", "running")
    manager.pause(run)  # waits for the new process
    wait_for(manager, run, lambda s: s.status == "paused")
    manager.stop(run)
    assert wait_for(manager, run, ended).status == "stopped"


def test_a_measurement_that_waits_has_its_turn_in_the_next_process(manager):
    run = manager.submit(RunConfig.of(**LONG_TINY), owner="ann")
    wait_for(manager, run, lambda s: s.status == "running")
    places, measured = [], threading.Event()

    def measure():
        with manager.turn("bob", told=places.append):
            measured.set()

    thread = threading.Thread(target=measure, daemon=True)
    thread.start()
    while not places:
        time.sleep(0.01)
    killed = kill(manager)
    wait_for(manager, run, lambda s: manager.engine.pid != killed and s.status == "running")
    assert not measured.is_set() and wait_for(manager, run, lambda s: places[-1] == 1)
    manager.stop(run)
    assert measured.wait(60)
    thread.join(10)


def test_a_cancelled_measurement_leaves_the_queue(manager):
    run = manager.submit(RunConfig.of(**LONG_TINY), owner="ann")
    wait_for(manager, run, lambda s: s.status == "running")
    with pytest.raises(CancelledError), manager.turn("bob", cancelled=lambda: True):
        raise AssertionError("it has no turn")
    second = manager.submit(config(), owner="cy")
    assert wait_for(manager, second, lambda s: s.place).place == 1


SERVES = """
import sys, time
from core.training.engines import spawned
from tests.core.training.conftest import PROGRAM
from tests.support import LONG_TINY, register_tiny
register_tiny()
spawned.PROGRAM = (sys.executable, "-c", PROGRAM)
from core.training import RunConfig, RunManager
manager = RunManager(sys.argv[1], engine="process")
run = manager.submit(RunConfig.of(**LONG_TINY))
while not manager.snapshot(run).epochs:
    time.sleep(0.01)
print(run, manager.engine.pid, flush=True)
time.sleep(600)
"""


def test_a_killed_server_takes_its_training_process_along(tmp_path):
    home = tmp_path / "home"
    server = subprocess.Popen([sys.executable, "-c", SERVES, str(home)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    run, pid = server.stdout.readline().split()
    server.kill()
    server.wait()
    _, alive = psutil.wait_procs([psutil.Process(int(pid))] if psutil.pid_exists(int(pid)) else [], timeout=5)
    assert not alive
    manager = RunManager(home)
    assert manager.snapshot(run).status == "interrupted"
    manager.resume(run)  # its lock is free
    wait_for(manager, run, lambda s: s.status == "running")
    manager.shutdown()


def test_the_end_leaves_no_process_and_every_run_resumable(tmp_path):
    manager = RunManager(tmp_path / "home", engine="process")
    first, second = (manager.submit(RunConfig.of(**LONG_TINY)) for _ in range(2))
    wait_for(manager, first, lambda s: len(s.epochs) > 0)
    pid = manager.engine.pid
    manager.shutdown()
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    again = RunManager(tmp_path / "home")
    assert {row.run_id: row.status for row in again.runs()} == {first: "interrupted", second: "interrupted"}
    with pytest.raises(CancelledError, match="is being stopped"):
        manager.submit(config())


def test_a_process_that_cannot_start_is_said_and_tried_again(tmp_path, monkeypatch):
    manager, program = RunManager(tmp_path / "home", engine="process"), spawned.PROGRAM
    monkeypatch.setattr(spawned, "PROGRAM", (sys.executable, "-c", "raise SystemExit(3)"))
    with pytest.raises(StoreError, match="could not be started"):
        manager.submit(config())
    assert manager.runs() == []
    monkeypatch.setattr(spawned, "PROGRAM", program)
    assert wait_for(manager, manager.submit(config()), ended).status == "finished"
    manager.shutdown()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has priorities of threads")
def test_what_trains_goes_behind_the_server(manager):
    run = manager.submit(RunConfig.of(**LONG_TINY))
    wait_for(manager, run, lambda s: s.status == "running")
    threads = [os.getpriority(os.PRIO_PROCESS, thread.id) for thread in psutil.Process(manager.engine.pid).threads()]
    assert max(threads) == 10 and min(threads) == 0  # and what answers does not


def test_what_does_not_fit_is_refused_by_the_process_that_would_train_it(manager):
    with pytest.raises(ConfigError, match="needs about .* of memory"):
        manager.submit(RunConfig.of(model="renet", patch_size=1, width=192, batch_size=4096, epochs=1, dataset="tiny"))
