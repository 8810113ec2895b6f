"""The database is locked, or away, while runs train in a process of their own: they wait, and nothing of them is lost."""

import os
import signal
import sqlite3
import sys
from contextlib import closing

import pytest

from core.errors import BusyError, StoreError
from core.training.engines import spawned
from core.training.runs import database
from core.training.runs.manager import RunManager
from tests.core.training.conftest import IMPATIENT
from tests.core.training.engines.outcomes import config, outcome, undisturbed
from tests.support import wait_for

EPOCHS = 3


def waits(snapshot):
    return snapshot.message.startswith("Waiting, and going on by itself: The lab's database is busy or away")


def test_all_runs_of_the_process_wait_and_lose_nothing(tmp_path, monkeypatch):
    """Another program holds the write lock until both runs have met it: longer than any time-out, and no clock is asked."""
    monkeypatch.setattr(spawned, "PROGRAM", (sys.executable, "-c", IMPATIENT))
    monkeypatch.setattr(database, "PATIENCE", 0.5)  # of the server, whose writes wait for those of the process
    manager = RunManager(tmp_path / "home", engine="process", max_active=2)
    runs = [manager.submit(config(EPOCHS), paused=True) for _ in range(2)]
    for run in runs:
        wait_for(manager, run, lambda s: s.status == "paused")
    with closing(sqlite3.connect(tmp_path / "home" / "lab.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for run in runs:
            manager.resume(run)
        for run in runs:
            assert wait_for(manager, run, waits).status == "running"
        assert {row.status for row in manager.runs()} == {"running"}, "reading goes on"
        with pytest.raises(StoreError, match="busy or away at the moment .*Nothing is lost; try again in a minute"):
            manager.submit(config(EPOCHS))
        other.execute("ROLLBACK")
    whole = undisturbed(tmp_path / "undisturbed", EPOCHS)
    for run in runs:
        assert outcome(manager, run).same(whole) and manager.snapshot(run).message == ""
        assert len(RunManager(tmp_path / "home").store.snapshot(run).epochs) == EPOCHS
    assert {row.run_id for row in manager.runs()} == {*runs}
    manager.shutdown()


def test_a_process_that_dies_meanwhile_costs_its_run_nothing(tmp_path, monkeypatch):
    """The run goes on when the database can be written again: it is not interrupted because that could not be noted at once."""
    monkeypatch.setattr(spawned, "PROGRAM", (sys.executable, "-c", IMPATIENT))
    manager = RunManager(tmp_path / "home", engine="process")
    run = manager.submit(config(EPOCHS), paused=True)
    for _ in range(6):  # into the second epoch
        manager.step(run)
    wait_for(manager, run, lambda s: s.step == 6 and s.status == "paused")
    refused, request = [], type(manager.engine.prepare()).request

    def noted(host, name, *values, **more):
        try:
            return request(host, name, *values, **more)
        except BusyError:
            refused.append(name)
            raise

    monkeypatch.setattr(spawned.Spawned, "request", noted)
    with closing(sqlite3.connect(tmp_path / "home" / "lab.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        os.kill(manager.engine.pid, signal.SIGKILL)
        wait_for(manager, run, lambda s: len(refused) > 1)
        other.execute("ROLLBACK")
    manager.resume(run)
    assert set(refused) == {"again"} and outcome(manager, run).same(undisturbed(tmp_path / "undisturbed", EPOCHS))
    manager.shutdown()
