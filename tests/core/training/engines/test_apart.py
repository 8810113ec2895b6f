"""Every run apart, and several servers at one desk: what they tell each other, without Ray."""

import threading
import time

import pytest
import torch

from core.errors import StoreError
from core.training.config import RunConfig
from core.training.engines import choose
from core.training.engines.shared_host import Outbox
from core.training.runs.checkpoint import load_tensors
from core.training.runs.manager import RunManager
from tests.core.training.engines.local_desk import Desk, LocalEngine
from tests.support import LONG_TINY, SMALL, ended, wait_for


def config(**values):
    return RunConfig.of(**{**SMALL, "epochs": 3, **values})


@pytest.fixture
def desk(tmp_path, monkeypatch):
    (tmp_path / "home").mkdir()
    monkeypatch.setitem(choose.ENGINES, "desk", "tests.core.training.engines.local_desk:LocalEngine")
    monkeypatch.setattr(LocalEngine, "desk", Desk(tmp_path / "home"))
    yield LocalEngine.desk
    LocalEngine.desk.host.do_shutdown()


@pytest.fixture
def servers(desk, tmp_path):
    """Two servers of one lab."""
    servers = [RunManager(tmp_path / "home", engine="desk") for _ in range(2)]
    for server in servers:
        server.engine.prepare()
    yield servers
    for server in servers:
        server.shutdown()


def weights(server, run):
    return [load_tensors(server.weights(run, epoch))[0] for epoch in server.files(run).epochs()]


def test_each_server_sees_and_steers_the_runs_of_the_other(servers):
    one, other = servers
    run = one.submit(RunConfig.of(**LONG_TINY), owner="ann")
    wait_for(other, run, lambda s: len(s.epochs) > 1)
    assert other.engine.owner(run) == "ann" and other.engine.training and [row.run_id for row in other.runs()] == [run]
    other.pause(run)
    paused = wait_for(one, run, lambda s: s.status == "paused")
    there = wait_for(other, run, lambda s: s.version == paused.version)
    assert there.points == paused.points and there.epochs[-1].to_dict() == paused.epochs[-1].to_dict() and there.step == paused.step
    other.set_lr(run, 0.005)
    one.resume(run)
    wait_for(other, run, lambda s: s.status == "running" and s.lr_changes)
    one.stop(run)
    assert wait_for(other, run, ended).status == wait_for(one, run, ended).status == "stopped"


def test_a_server_that_comes_late_knows_all_that_there_is(servers, tmp_path):
    run = servers[0].submit(RunConfig.of(**LONG_TINY), owner="ann")
    waits = servers[0].submit(config(), owner="bob")
    wait_for(servers[0], run, lambda s: len(s.epochs) > 2)
    late = RunManager(tmp_path / "home", engine="desk")
    late.engine.prepare()
    assert len(late.snapshot(run).epochs) > 1 and wait_for(late, waits, lambda s: s.place).place == 1
    late.stop(run)
    assert wait_for(late, waits, ended).status == "finished"
    late.shutdown()


def test_no_server_takes_a_run_for_dead_that_another_one_has_just_recorded(servers):
    """Between the record of a run and its start, and before the news of it has come, another server lists all runs."""
    one, other = servers
    start, listed = one.engine.start, []

    def slow(order):
        listed.extend(row.status for row in other.runs())
        start(order)

    one.engine.start = slow
    run = one.submit(config())
    assert listed == ["queued"] and wait_for(one, run, ended).status == "finished"


def test_who_leaves_stops_nothing_and_the_last_one_everything(servers, desk):
    one, other = servers
    run = one.submit(RunConfig.of(**LONG_TINY))
    wait_for(other, run, lambda s: len(s.epochs) > 0)
    one.shutdown()
    step = other.snapshot(run).step
    wait_for(other, run, lambda s: s.step > step)
    assert not desk.host.is_alone
    other.shutdown()
    assert desk.host.is_alone


def test_a_measurement_of_a_server_that_has_gone_gives_its_turn_back(servers, desk):
    one, other = servers
    held, leave = threading.Event(), threading.Event()

    def measure():
        with one.turn("ann"):
            held.set()
            leave.wait(60)

    thread = threading.Thread(target=measure, daemon=True)
    thread.start()
    assert held.wait(10)
    run = other.submit(config())
    wait_for(other, run, lambda s: s.place == 1)
    desk.host.leave(one.engine._host.name)
    assert wait_for(other, run, ended).status == "finished"
    leave.set()


def test_a_host_that_has_gone_costs_no_complete_epoch_and_changes_no_number(servers, desk):
    whole = servers[0].submit(config(epochs=4, dropout=0.2))
    wait_for(servers[0], whole, ended)
    run = servers[0].submit(config(epochs=4, dropout=0.2), paused=True)
    for _ in range(10):
        servers[0].step(run)
    wait_for(servers[0], run, lambda s: s.step == 10 and s.status == "paused")
    first = desk.runs[run]
    first.host.engine.shutdown()  # as a machine that dies, but that its record says so
    first.gone.set()
    servers[0].resume(run)
    done = wait_for(servers[1], run, ended)
    assert done.status == "finished" and desk.runs[run] is not first
    pairs = list(zip(weights(servers[0], run), weights(servers[0], whole), strict=True))
    assert len(pairs) == 4 and all(torch.equal(a[name], b[name]) for a, b in pairs for name in a)


def test_paused_runs_and_slices_let_others_train(servers, desk):
    desk.turns.slice_seconds = 0.2
    paused = servers[0].submit(RunConfig.of(**LONG_TINY), owner="ann", paused=True)
    wait_for(servers[0], paused, lambda s: s.status == "paused")
    runs = [servers[0].submit(RunConfig.of(**LONG_TINY), owner=owner) for owner in ("bob", "cy")]
    for _ in range(3):
        for run in runs:
            step = servers[1].snapshot(run).step
            wait_for(servers[1], run, lambda s, step=step: s.step > step)
    assert len(desk.turns.held) == 1
    servers[0].resume(paused)
    wait_for(servers[1], paused, lambda s: len(s.epochs) > 0)


def test_a_paused_run_that_goes_on_waits_for_its_turn(servers):
    paused = servers[0].submit(RunConfig.of(**LONG_TINY), owner="ann", paused=True)
    wait_for(servers[0], paused, lambda s: s.status == "paused")
    trains = servers[0].submit(RunConfig.of(**LONG_TINY), owner="bob")
    wait_for(servers[0], trains, lambda s: s.status == "running")
    servers[1].resume(paused)
    wait_for(servers[1], paused, lambda s: s.status == "queued" and s.place == 1)
    step = servers[1].snapshot(trains).step
    wait_for(servers[1], trains, lambda s: s.step > step + 10)
    assert servers[0].snapshot(paused).step == 0
    servers[0].stop(trains)
    wait_for(servers[1], paused, lambda s: s.step > 0)


def test_a_run_that_gets_no_host_fails_with_the_reason_and_lets_the_next_one_train(servers, desk, monkeypatch):
    reach, refused = desk.reach, []

    def none_at_first(run_id, on_news):
        if not refused:
            refused.append(run_id)
            raise StoreError("There is no machine for it.")
        return reach(run_id, on_news)

    monkeypatch.setattr(desk.host.engine, "_reach", none_at_first)
    first, second = (servers[0].submit(config(), owner=owner) for owner in ("ann", "bob"))
    failed = wait_for(servers[1], first, ended)
    assert (failed.status, failed.message) == ("failed", "There is no machine for it.") and servers[0].store.state(first).status == "failed"
    assert wait_for(servers[1], second, ended).status == "finished"


def test_wishes_of_a_run_that_waits_are_kept_for_it(servers):
    first = servers[0].submit(RunConfig.of(**LONG_TINY), owner="ann")
    wait_for(servers[0], first, lambda s: s.status == "running")
    second, third = (servers[0].submit(RunConfig.of(**LONG_TINY), owner="bob") for _ in range(2))
    servers[0].set_lr(second, 0.003)
    servers[0].pause(second)
    servers[0].stop(third)
    assert wait_for(servers[1], third, ended).status == "stopped"
    servers[0].stop(first)
    now = wait_for(servers[1], second, lambda s: s.status == "paused" and s.lr_changes)
    assert now.lr == 0.003 and now.step == 0


def test_a_run_that_is_held_is_nobody_elses(servers):
    one, other = (server.engine for server in servers)
    one.hold("gru-abcdef")
    assert one.claim_if_left("gru-abcdef") is None and other.claim_if_left("gru-abcdef") is None
    one.release("gru-abcdef")
    give_back = other.claim_if_left("gru-abcdef")
    assert one.claim_if_left("gru-abcdef") is None
    give_back()
    assert one.claim_if_left("gru-abcdef") is not None


def test_a_server_that_has_gone_without_a_word_is_forgotten(desk, monkeypatch):
    desk.host.join("server x")
    desk.host.drop_silent()
    assert not desk.host.is_alone
    monkeypatch.setattr(Outbox, "is_silent", property(lambda outbox: time.monotonic() > outbox.listened))
    desk.host.drop_silent()
    assert desk.host.is_alone and desk.host.listen("server x") is None
