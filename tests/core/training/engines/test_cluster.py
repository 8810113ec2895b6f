"""A Ray cluster of two machines on this one: what trains there outlives a process, a machine and a desk that die."""

import os
import signal

import pytest
import torch

from core.training.config import RunConfig
from core.training.runs.checkpoint import load_tensors
from core.training.runs.manager import RunManager
from tests.support import LONG_TINY, SMALL, ended, wait_for


def config(**values):
    return RunConfig.of(**{**SMALL, "epochs": 4, "dropout": 0.2, **values})


@pytest.fixture
def server(cluster, tmp_path):
    made = RunManager(tmp_path / "home", engine="ray")
    yield made
    made.shutdown()


@pytest.fixture(scope="module")
def known():
    """What `reference` has found; the data set is not known before a test begins."""
    return []


@pytest.fixture
def reference(known, tmp_path):
    """The weights of every epoch, and the test loss, of a run that nothing has happened to."""
    if not known:
        manager = RunManager(tmp_path / "reference", engine="thread")
        run = manager.submit(config())
        known += (wait_for(manager, run, ended), weights(manager, run))
        manager.shutdown()
    done, kept = known
    return kept, done.test.loss


def weights(manager, run):
    return [load_tensors(manager.weights(run, epoch))[0] for epoch in manager.files(run).epochs()]


def is_the_same(manager, run, reference):
    kept, loss = reference
    pairs = list(zip(weights(manager, run), kept, strict=True))
    return all(torch.equal(a[name], b[name]) for a, b in pairs for name in a) and manager.snapshot(run).test.loss == loss


def in_third_epoch(manager):
    """A run that waits there."""
    run = manager.submit(config(), paused=True)
    for _ in range(10):
        manager.step(run)
    wait_for(manager, run, lambda s: s.step == 10 and s.status == "paused")
    return run


def processes(manager):
    """The process of each run."""
    return {run_id: line.pid for line in manager.engine.workers() for run_id in line.runs}


def test_as_many_train_at_once_as_find_room_each_in_a_process_of_its_own(server):
    runs = [server.submit(RunConfig.of(**LONG_TINY), owner=owner) for owner in ("ann", "bob", "cy")]
    for run in runs[:2]:
        wait_for(server, run, lambda s: s.status == "running")
    assert wait_for(server, runs[2], lambda s: s.place).place == 1
    pids = processes(server)
    assert set(pids) == set(runs[:2]) and len({*pids.values(), os.getpid()}) == 3
    assert sorted(line.trains for line in server.workers()) == sorted([run] for run in runs[:2])
    server.stop(runs[0])
    wait_for(server, runs[2], lambda s: s.status == "running")


def test_a_killed_process_is_told_and_its_run_goes_on_to_the_same_weights(server, reference):
    run = in_third_epoch(server)
    other = server.submit(RunConfig.of(**LONG_TINY))
    wait_for(server, other, lambda s: s.status == "running")
    killed = processes(server)[run]
    os.kill(killed, signal.SIGKILL)
    told = wait_for(server, run, lambda s: "ended unexpectedly" in s.message)
    assert told.active and "goes on from its last complete epoch" in told.message
    server.resume(run)
    assert wait_for(server, run, ended).status == "finished" and is_the_same(server, run, reference)
    assert server.snapshot(other).status == "running"  # nobody else has felt it


def test_a_machine_that_is_lost_costs_no_complete_epoch(server, machines, reference):
    fills = server.submit(RunConfig.of(**LONG_TINY), owner="ann")
    wait_for(server, fills, lambda s: s.status == "running")
    lost = machines.add_node(num_cpus=1)
    machines.remove_node(machines.other)
    run = in_third_epoch(server)
    machines.remove_node(lost)
    wait_for(server, run, lambda s: "or its machine, ended unexpectedly" in s.message)
    machines.other = machines.add_node(num_cpus=1)
    server.resume(run)
    assert wait_for(server, run, ended).status == "finished" and is_the_same(server, run, reference)


def test_a_desk_that_dies_is_replaced_and_all_runs_go_on(server, reference):
    import ray

    run = in_third_epoch(server)
    ray.kill(server.engine._host._actor)
    wait_for(server, run, lambda s: "desk on the Ray cluster ended unexpectedly" in s.message)
    server.resume(run)
    assert wait_for(server, run, ended).status == "finished" and is_the_same(server, run, reference)


def test_two_servers_serve_one_lab(server, tmp_path):
    other = RunManager(tmp_path / "home", engine="ray")
    run = other.submit(RunConfig.of(**LONG_TINY), owner="ann")
    wait_for(server, run, lambda s: len(s.epochs) > 0)
    server.pause(run)
    wait_for(other, run, lambda s: s.status == "paused")
    other.shutdown()
    assert server.snapshot(run).status == "paused"
    server.resume(run)
    wait_for(server, run, lambda s: s.status == "running")


def test_the_last_server_leaves_every_run_resumable(cluster, tmp_path):
    made = RunManager(tmp_path / "home", engine="ray", max_active=1)
    first, second = (made.submit(RunConfig.of(**LONG_TINY)) for _ in range(2))
    wait_for(made, first, lambda s: len(s.epochs) > 0)
    made.shutdown()
    again = RunManager(tmp_path / "home", engine="ray")
    assert {row.run_id: row.status for row in again.runs()} == {first: "interrupted", second: "interrupted"}
    again.shutdown()


def test_servers_with_homes_of_their_own_share_the_files_at_a_url(cluster, tmp_path, monkeypatch):
    """As on two machines: they have a database and a place for files in common, and no folder."""
    monkeypatch.setenv("LAB_FILES", (tmp_path / "far").as_uri())
    monkeypatch.setenv("LAB_DATABASE", f"sqlite:///{tmp_path / 'runs.sqlite'}")
    one, other = (RunManager(tmp_path / name / "home", engine="ray") for name in ("one", "other"))
    run = one.submit(config(), owner="ann")
    assert wait_for(other, run, ended).status == "finished"
    assert all(torch.equal(a[name], b[name]) for a, b in zip(weights(other, run), weights(one, run), strict=True) for name in a)
    stopped = other.submit(RunConfig.of(**LONG_TINY))
    wait_for(one, stopped, lambda s: len(s.epochs) > 1)
    one.stop(stopped)
    epochs = len(wait_for(other, stopped, ended).epochs)
    other.shutdown()
    one.resume(stopped)
    wait_for(one, stopped, lambda s: len(s.epochs) > epochs)
    one.shutdown()
