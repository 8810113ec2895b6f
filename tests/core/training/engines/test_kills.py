"""A training process that is killed in the worst moments, and a server that does not listen: nothing is lost, nothing is done twice."""

import fcntl
import threading
import time

import pytest

from core.data import DATASETS
from core.training.engines import spawned
from core.training.runs.manager import RunManager
from tests.core.training.engines import dying
from tests.core.training.engines.outcomes import config, outcome, undisturbed
from tests.support import ended, register_tiny, wait_for

FEW, MANY = 3, 3 * dying.KILLS + 1  # epochs of a run that is killed once, and of one that is killed often


@pytest.fixture(scope="module")
def marks(tmp_path_factory):
    """The folder of marks of all processes here."""
    return tmp_path_factory.mktemp("marks")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A manager for all tests here: the process that has taken over from a killed one is the next one to be killed."""
    made = RunManager(tmp_path_factory.mktemp("killed") / "home", engine="process")
    yield made
    made.shutdown()


@pytest.fixture
def manager(shared, marks, monkeypatch):
    monkeypatch.setattr(spawned, "PROGRAM", dying.program(marks))
    return shared


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """The outcome of a run that nobody kills, by its number of epochs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(DATASETS, "tiny", None)  # so that it is taken out again
        register_tiny()
        return {epochs: undisturbed(tmp_path_factory.mktemp("undisturbed"), epochs) for epochs in (FEW, MANY)}


@pytest.mark.parametrize("moment", dying.MOMENTS)
def test_a_kill_costs_no_complete_epoch_and_changes_no_number(manager, marks, reference, moment):
    asked = marks / dying.CHOSEN
    asked.write_text(moment, "utf-8")
    found = outcome(manager, manager.submit(config(FEW)))
    assert not asked.exists(), "nobody was killed"
    assert found.same(reference[FEW])


def test_a_dozen_kills_at_random_moments_of_one_run(manager, marks, reference):
    (marks / dying.DRAWN).touch()
    run = manager.submit(config(MANY))
    for life in range(dying.KILLS):
        wait_for(manager, run, lambda s, life=life: (marks / f"{life} waits after {len(s.epochs)}").exists())  # never twice in one place
        (marks / f"{life} may go on").touch()
    found = outcome(manager, run)
    assert len([*marks.glob("* killed")]) == dying.KILLS
    assert found.same(reference[MANY])


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
