"""The Train page when runs train in a process of their own: where that is, and what is said while it is started again."""

import os
import re
import signal
import sys

import pytest

from core.training.config import RunConfig
from core.training.engines import spawned
from core.training.engines.workers import lines_of
from dashboard.shell import services, visitor
from pages.train.workers import workers_panel
from tests.core.training.conftest import PROGRAM
from tests.pages.support import alone, open_page, plain, run, texts
from tests.support import LONG_TINY, wait_for

HELD = """
import time
from pathlib import Path
while Path({mark!r}).exists():
    time.sleep(0.01)
from core.training.engines import workers
workers.SECONDS = 0.1
"""
PANEL = "Where runs train"
LONG = {**LONG_TINY, "batch_size": 4}


@pytest.fixture(autouse=True)
def held(monkeypatch, tmp_path):
    """The mark that a training process waits for, before it does anything, to be taken away."""
    mark = tmp_path / "held"
    monkeypatch.setenv("LAB_ENGINE", "process")
    monkeypatch.setattr(spawned, "PROGRAM", (sys.executable, "-c", HELD.format(mark=str(mark)) + PROGRAM))
    return mark


def panels(app):
    """What stands in the panels that say where runs train, without the marks of bold letters: one, or none."""
    return [plain(expander.markdown[0].value).replace("*", "") for expander in app.expander if expander.label == PANEL]


def trains(lab):
    """A run that trains, of which the process has written its line."""
    run_id = lab.submit(RunConfig.of(**LONG), owner="ann")
    wait_for(lab, run_id, lambda s: any(line.trains == [run_id] and line.devices for line in lines_of(lab.home)))
    return run_id


def test_while_the_process_starts_again_the_page_says_so_and_shows_the_run(held):
    lab = services.manager()
    run_id = trains(lab)
    app = open_page(run=run_id)
    epochs = len(wait_for(lab, run_id, lambda s: len(s.epochs) > 0).epochs)
    held.touch()
    os.kill(lab.engine.pid, signal.SIGKILL)
    wait_for(lab, run_id, lambda s: s.status == "queued")
    for page in (run(app), open_page(run=run_id)):
        assert f"{run_id} · waiting" in texts(page).replace("*", "")
        assert "The training process was ended from outside (SIGKILL), so this run goes on from its last complete epoch" in texts(page)
        assert not page.error and not panels(page)
    held.unlink()
    wait_for(lab, run_id, lambda s: s.status == "running" and len(s.epochs) > epochs + 1)
    assert "was ended" not in texts(run(app))


def test_where_runs_train_is_said_by_every_server_of_the_home(monkeypatch):
    assert not panels(alone(workers_panel))
    lab = services.manager()
    first = trains(lab)
    second = lab.submit(RunConfig.of(**LONG), owner="ann")
    wait_for(lab, second, lambda s: second in lines_of(lab.home)[0].runs)
    device = re.escape(lab.snapshot(first).device)
    told = rf"Process {lab.engine.pid} on \S+ · trains {first} · 1 waiting or paused · \S+ [MG]B of memory · {device} · since .*"
    (said,) = panels(open_page())
    assert re.fullmatch(told, said), said
    with monkeypatch.context() as other:  # as in another process
        other.setattr(services, "_manager", None)
        other.setattr(services, "_only_server", None)
        (said,) = panels(open_page(run=first))
        assert services.manager() is not lab and re.fullmatch(told, said), said
        services.shutdown()
    monkeypatch.setattr(visitor, "own_machine", lambda: False)
    assert not panels(open_page())
