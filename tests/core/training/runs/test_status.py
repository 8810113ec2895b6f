"""Who writes what a run's record says: never somebody who has not seen what stands there. Each race is made certain, not probable."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from filelock import FileLock

from core.errors import ConfigError, StoreError
from core.training.config import RunConfig
from core.training.history import ACTIVE
from core.training.runs import worker as worker_module
from core.training.runs.manager import RunManager
from core.training.runs.store import Store
from tests.support import LONG_TINY, SMALL, ended, wait_for

ROOT = Path(__file__).resolve().parents[4]


def config(**values):
    return RunConfig.of(**{**SMALL, "epochs": 1, **values})


def gone(manager, run):
    """Wait until the thread of a run has left, and only the database tells of it."""
    while run in manager.engine:
        time.sleep(0.005)


@pytest.fixture
def meanwhile(monkeypatch):
    """`meanwhile(name, act)`: after the next reading by `Store.name`, and before anything is made of it, `act()` happens."""

    def arrange(name, act):
        whole, done = getattr(Store, name), []

        def read(self, *arguments):
            found = whole(self, *arguments)
            if not done:
                done.append(True)
                act()
            return found

        monkeypatch.setattr(Store, name, read)

    return arrange


@pytest.mark.parametrize("look", ["runs", "snapshot"])
@pytest.mark.parametrize("watcher", ["the same process", "another home object"])
def test_a_run_that_ends_between_reading_and_marking_stays_finished(manager, tmp_path, meanwhile, look, watcher):
    run = manager.submit(config(), paused=True)
    wait_for(manager, run, lambda s: s.status == "paused")
    other = manager if watcher == "the same process" else RunManager(tmp_path / "home")

    def end():
        manager.resume(run)
        wait_for(manager, run, ended)
        gone(manager, run)

    meanwhile("summaries" if look == "runs" else "state", end)
    found = other.runs()[0].status if look == "runs" else other._records.snapshot(run).status
    assert found == "finished"
    assert manager.store.state(run).status == "finished" and RunManager(tmp_path / "home").runs()[0].status == "finished"


def test_the_mark_is_one_statement_on_the_version_that_was_read(manager):
    store = manager.store
    store.add("gru-1", config().flat())
    version = store.state("gru-1").version
    store.update("gru-1", status="finished")
    assert not store.change("gru-1", version=version, among=["queued"], status="interrupted")
    assert not store.change("gru-1", version=store.state("gru-1").version, among=["queued"], status="interrupted")
    assert store.state("gru-1").status == "finished"
    assert store.change("gru-1", version=store.state("gru-1").version, status="stopped")


def test_a_run_is_marked_only_while_its_lock_is_held(manager, monkeypatch):
    store, folder = manager.store, manager.files("gru-1").folder
    folder.mkdir()
    store.add("gru-1", config().flat())
    store.update("gru-1", status="running")
    held, whole = [], Store.change

    def change(self, run_id, **columns):
        lock = FileLock(folder / "alive.lock", thread_local=False)
        try:
            lock.acquire(timeout=0)
            lock.release()
        except TimeoutError:
            held.append(run_id)
        return whole(self, run_id, **columns)

    monkeypatch.setattr(Store, "change", change)
    with FileLock(folder / "alive.lock", thread_local=False):
        assert manager.runs()[0].status == "running" and not held  # somebody has it: it lives
    assert manager.runs()[0].status == "interrupted" and held == ["gru-1"]


def test_a_run_is_never_interrupted_in_its_first_moment(manager, tmp_path, monkeypatch):
    """Another process that looks when the record has just been written must find the lock taken."""
    seen, whole = [], Store.add

    def add(self, run_id, *arguments, **more):
        snapshot = whole(self, run_id, *arguments, **more)
        seen.append(RunManager(tmp_path / "home").runs()[0].status)
        return snapshot

    monkeypatch.setattr(Store, "add", add)
    statuses, change = [], Store.change
    monkeypatch.setattr(Store, "change", lambda self, run, **columns: (statuses.append(columns), change(self, run, **columns))[1])
    wait_for(manager, manager.submit(config()), ended)
    assert seen == ["queued"] and not statuses


@pytest.mark.parametrize("deleted", ["while it is read", "before it is marked"])
def test_a_deleted_run_never_comes_back(manager, meanwhile, deleted):
    store = manager.store
    store.add("gru-1", config().flat())
    store.update("gru-1", status="running")
    meanwhile("summaries", lambda: store.delete("gru-1"))
    assert manager.runs() == [] and store.ids() == []
    with pytest.raises(StoreError, match="There are no runs yet"):
        store.update("gru-1", status="finished")
    with pytest.raises(StoreError, match="There are no runs yet"):
        manager.snapshot("gru-1")
    assert store.ids() == []


def test_what_another_process_did_to_an_ended_run_is_seen(manager, tmp_path):
    other = RunManager(tmp_path / "home")
    run = manager.submit(config(epochs=2), paused=True)
    wait_for(manager, run, lambda s: s.status == "paused")
    manager.stop(run)
    gone(manager, run)
    assert manager.snapshot(run).status == "stopped" == other.snapshot(run).status
    other.resume(run)
    wait_for(other, run, ended)
    gone(other, run)
    assert manager.snapshot(run).status == "finished"
    other.delete(run)
    with pytest.raises(StoreError, match="There are no runs yet"):
        manager.snapshot(run)


def test_two_that_resume_one_run_at_once(manager, tmp_path, meanwhile):
    run = manager.submit(RunConfig.of(**LONG_TINY), paused=True)
    wait_for(manager, run, lambda s: s.status == "paused")
    manager.stop(run)
    gone(manager, run)
    other = RunManager(tmp_path / "home")
    meanwhile("state", lambda: other.resume(run))  # after `manager` has read whose it is, before it has the lock
    with pytest.raises(StoreError, match="trains in another process"):
        manager.resume(run)
    assert other.snapshot(run).active and run not in manager.engine
    other.shutdown()


def test_a_run_changed_between_reading_and_resuming_is_left_alone(manager, monkeypatch):
    run = manager.submit(config(epochs=2), paused=True)
    wait_for(manager, run, lambda s: s.status == "paused")
    manager.stop(run)
    gone(manager, run)
    whole, reads = Store.snapshot, []

    def snapshot(self, run_id):
        found = whole(self, run_id)
        reads.append(run_id)
        if len(reads) == 2:  # the first one is read for the estimate, before the run's lock is taken
            self.update(run_id, message="somebody else was here")
        return found

    manager._records.snapshot(run)
    monkeypatch.setattr(Store, "snapshot", snapshot)
    with pytest.raises(StoreError, match="has just been changed by another process"):
        manager.resume(run)
    assert manager.store.state(run).message == "somebody else was here" and run not in manager.engine
    manager.resume(run)
    assert wait_for(manager, run, ended).status == "finished"


def test_the_list_of_runs_does_not_wait_for_the_estimate_of_a_resumed_run(manager, monkeypatch):
    """The estimate builds a model without weights, which may take long. Another run lives elsewhere, so the list has to look at it."""
    from core.training.runs import fitting

    run = manager.submit(config(epochs=2), paused=True)
    wait_for(manager, run, lambda s: s.status == "paused")
    manager.stop(run)
    gone(manager, run)
    manager.store.add("gru-1", config().flat())
    manager.files("gru-1").folder.mkdir()
    estimating, go_on, lists, whole = threading.Event(), threading.Event(), [], fitting.check_fits

    def check_fits(*arguments):
        estimating.set()
        assert go_on.wait(60)
        whole(*arguments)

    monkeypatch.setattr(fitting, "check_fits", check_fits)
    resuming = threading.Thread(target=manager.resume, args=(run,), daemon=True)
    listing = threading.Thread(target=lambda: lists.append(manager.runs()), daemon=True)
    with FileLock(manager.files("gru-1").folder / "alive.lock", thread_local=False):
        resuming.start()
        assert estimating.wait(30)
        listing.start()
        listing.join(20)
        answered = {row.run_id: row.status for listed in lists for row in listed}
        go_on.set()
        listing.join(60)
    resuming.join(60)
    assert answered == {run: "stopped", "gru-1": "queued"}
    assert wait_for(manager, run, ended).status == "finished"


# ---- a run that cannot start ----


@pytest.mark.parametrize("step", ["add", "__init__", "enqueue"])
def test_a_run_that_cannot_be_started_leaves_nothing(manager, monkeypatch, step):
    def full(*_, **__):
        raise StoreError("The lab's database could not be used (database or disk is full).")

    with monkeypatch.context() as broken:
        broken.setattr(Store if step == "add" else worker_module.Worker, step, full)
        with pytest.raises(StoreError, match="disk is full"):
            manager.submit(config())
    assert manager.runs() == [] and not list(manager.engine) and not list((manager.home / "runs").iterdir())
    assert wait_for(manager, manager.submit(config()), ended).status == "finished"
    manager.shutdown()


def test_a_resume_that_fails_lets_the_run_as_it_was(manager, monkeypatch):
    run = manager.submit(config(epochs=2), paused=True)
    wait_for(manager, run, lambda s: s.status == "paused")
    manager.stop(run)
    gone(manager, run)
    with monkeypatch.context() as broken:
        broken.setattr(worker_module.Worker, "enqueue", lambda self: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            manager.resume(run)
    assert manager.snapshot(run).status == "stopped" and not list(manager.engine)
    manager.resume(run)  # its lock was released
    assert wait_for(manager, run, ended).status == "finished"
    gone(manager, run)
    manager.delete(run)


def test_no_thread_left_fails_the_run_and_nobody_else(manager, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(threading.Thread, "start", lambda self: (_ for _ in ()).throw(RuntimeError("can't start new thread")))
        run = manager.submit(config())
    failed = manager.snapshot(run)
    assert failed.status == "failed" and "no thread left" in failed.message
    manager.resume(run)
    assert wait_for(manager, run, ended).status == "finished"


def test_a_folder_that_cannot_be_made_leaves_no_record(manager):
    (manager.home / "runs").rmdir()
    (manager.home / "runs").write_text("in the way")
    with pytest.raises(StoreError, match="folder of run gru-.* cannot be (made|written)"):
        manager.submit(config())
    assert manager.store.ids() == []


# ---- several processes ----

TRAINS = """
import sys
from tests.support import SMALL, register_tiny, wait_for, ended
register_tiny()
from core.training import RunConfig, RunManager
manager = RunManager(sys.argv[1])
for seed in range(6):
    print(wait_for(manager, manager.submit(RunConfig.of(**SMALL, epochs=1, seed=seed)), ended).run_id, flush=True)
"""
LISTS = """
import sys, time
from core.training import RunManager
manager, rounds = RunManager(sys.argv[1]), 0
while rounds < 20_000:
    rounds += 1
    assert not [r.message for r in manager.runs() if r.status == "interrupted"]
    time.sleep(0.01)
"""


def test_listers_in_other_processes_interrupt_nothing(tmp_path):
    home = str(tmp_path / "home")
    listers = [
        subprocess.Popen([sys.executable, "-c", LISTS, home], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    try:
        made = subprocess.run([sys.executable, "-c", TRAINS, home], cwd=ROOT, capture_output=True, text=True, timeout=200, check=True)
        broken = [process.stderr.read() for process in listers if process.poll() is not None]
        assert not broken, broken
    finally:
        for process in listers:
            process.kill()
            process.wait()
    runs = {row.run_id: row.status for row in RunManager(home).runs()}
    assert runs == dict.fromkeys(made.stdout.split(), "finished") and len(runs) == 6


# ---- two homes with one database ----


def test_a_run_belongs_to_the_home_that_has_its_weights(tmp_path, tiny, monkeypatch):
    monkeypatch.setenv("LAB_DATABASE", f"sqlite:///{tmp_path / 'both.sqlite'}")
    one, two = RunManager(tmp_path / "one"), RunManager(tmp_path / "two")
    run = one.submit(RunConfig.of(**LONG_TINY))
    wait_for(one, run, lambda s: s.step > 0)
    assert two.runs()[0].status == one.store.state(run).status != "interrupted" and two.snapshot(run).active
    for act in (two.stop, two.resume, two.delete, two.pause):
        with pytest.raises(StoreError, match="belongs to another lab with the same database .on the computer .*steer it there"):
            act(run)
    one.shutdown()
    assert two.snapshot(run).status == "interrupted"
    with pytest.raises(StoreError, match="belongs to another lab"):
        two.resume(run)
    one.store.update(run, status="running")  # as after a kill: only its own home finds out
    assert RunManager(tmp_path / "two").runs()[0].status == "running"
    assert RunManager(tmp_path / "one").runs()[0].status == "interrupted"


def test_a_home_may_be_moved(tmp_path, tiny):
    first = RunManager(tmp_path / "a")
    run = first.submit(config(epochs=2), paused=True)
    wait_for(first, run, lambda s: s.status == "paused")
    first.shutdown()
    (tmp_path / "a").rename(tmp_path / "b")
    second = RunManager(tmp_path / "b")
    second.resume(run)
    assert wait_for(second, run, ended).status == "finished"
    second.shutdown()


# ---- viewers ----


def test_a_resumed_run_is_not_stopped_for_its_earlier_viewers(tmp_path, tiny):
    manager = RunManager(tmp_path / "home", away_seconds=3600)
    run = manager.submit(RunConfig.of(**LONG_TINY))
    manager.attend(run)
    manager._viewers._attended[run] -= 7200
    manager.stop(run)
    wait_for(manager, run, ended)
    manager.resume(run)
    assert run not in manager._viewers._attended
    manager.shutdown()


# ---- limits and waiting ----


def test_a_person_may_have_some_runs_waiting_not_all(tmp_path, tiny, monkeypatch):
    monkeypatch.setenv("LAB_MAX_WAITING", "2")
    monkeypatch.setenv("LAB_MAX_WAITING_ALL", "3")
    manager = RunManager(tmp_path / "home")
    first = manager.submit(RunConfig.of(**LONG_TINY), owner="ann")
    wait_for(manager, first, lambda s: s.status == "running")
    waiting = [manager.submit(config(), owner="ann") for _ in range(2)]
    with pytest.raises(ConfigError, match="You have 2 runs waiting or paused already: stop one of them"):
        manager.submit(config(), owner="ann")
    manager.submit(config(), owner="bob")
    with pytest.raises(ConfigError, match="3 runs wait already, which is all that this lab takes"):
        manager.submit(config(), owner="cy")
    line = manager.submit(config())  # the command line is the person at the machine
    assert len(manager.runs()) == 5
    manager.stop(waiting[0])
    manager.stop(line)
    manager.submit(config(), owner="ann")
    manager.shutdown()
    assert {row.status for row in manager.runs()} == {"interrupted", "stopped"}


def test_paused_runs_count_for_they_are_in_memory(tmp_path, tiny, monkeypatch):
    monkeypatch.setenv("LAB_MAX_WAITING", "1")
    manager = RunManager(tmp_path / "home")
    run = manager.submit(config(), owner="ann", paused=True)
    wait_for(manager, run, lambda s: s.status == "paused")
    with pytest.raises(ConfigError, match="You have 1 runs waiting or paused"):
        manager.submit(config(), owner="ann", paused=True)
    manager.shutdown()


def test_waiting_runs_hold_no_thread_and_can_be_stopped_deleted_and_shut_down(manager):
    first = manager.submit(RunConfig.of(**LONG_TINY))
    wait_for(manager, first, lambda s: s.status == "running")
    before = threading.active_count()
    waiting = [manager.submit(config(seed=seed)) for seed in range(20)]
    assert threading.active_count() == before
    assert [row.place for row in manager.runs()] == [*range(20, 0, -1), 0]
    manager.stop(waiting[0])
    assert manager.snapshot(waiting[0]).status == "stopped" == manager.store.state(waiting[0]).status
    manager.delete(waiting[1])
    assert manager.snapshot(waiting[2]).place == 1 and len(manager.runs()) == 20
    manager.shutdown()
    assert {manager.store.state(run).status for run in [first, *waiting[2:]]} == {"interrupted"}


def test_listing_300_waiting_runs_asks_for_the_places_once(tmp_path, monkeypatch):
    from core.training.runs.turns import Turns

    manager, orders, order = RunManager(tmp_path / "home"), [], Turns._order
    monkeypatch.setattr(Turns, "_order", lambda self: orders.append(1) or order(self))
    for i in range(300):
        manager.engine.turns.ask(f"gru-{i}", f"owner {i % 30}", lambda: None)
        manager.store.add(f"gru-{i}", config().flat())
    queries = []
    whole = Store.transaction
    monkeypatch.setattr(Store, "transaction", lambda self: queries.append(1) or whole(self))
    monkeypatch.setattr(type(manager._records), "_settle", lambda *_: False)  # as for runs that wait in this process
    assert len(manager.runs()) == 300 and len(orders) == 1 and len(queries) == 1
    assert {row.status for row in manager.runs()} <= ACTIVE and len(orders) == 1
