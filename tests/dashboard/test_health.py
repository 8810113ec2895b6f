"""How the server is: who asks is told in one word, and how late the event loop answers is measured."""

from __future__ import annotations

import asyncio
import shutil
import time
from types import SimpleNamespace

import pytest

from core.errors import StoreError
from dashboard.shell import ailment as ailments
from dashboard.shell.ailment import DATABASE, DISK, TRAINING, ailment
from dashboard.web import health
from dashboard.web.health import WELL, Answer, Lateness
from tests.dashboard.serving import serving, until


def test_the_lateness_of_the_last_minute():
    clock = [1000.0]
    lateness = Lateness(clock=lambda: clock[0])
    assert (lateness.worst, lateness.p95) == (0.0, 0.0)
    lateness.note(5.0)
    for number in range(100):
        clock[0] += 0.25
        lateness.note(number / 1000)
    assert lateness.worst == 5.0 and lateness.p95 == pytest.approx(0.095, abs=0.001)
    clock[0] += 35.1  # the first is more than a minute ago
    assert lateness.worst == pytest.approx(0.099) and len(lateness.recent()) == 100
    clock[0] += 60
    assert lateness.recent() == []
    for _ in range(1000):
        lateness.note(0.0)
    assert len(lateness.recent()) == 240, "it keeps no more than a minute has"


def test_a_loop_that_is_held_up_is_noticed(monkeypatch):
    monkeypatch.setattr(health, "LOOK", 0.01)
    lateness = Lateness()

    async def busy():
        watching = asyncio.create_task(lateness.watch())
        await asyncio.sleep(0.05)
        time.sleep(0.3)  # what nothing in the server may do
        await asyncio.sleep(0.05)
        watching.cancel()

    asyncio.run(busy())
    assert lateness.worst > 0.2


def test_one_word_says_what_is_wrong(own_lab, monkeypatch):
    assert ailment() == WELL
    monkeypatch.setattr(ailments.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9 - 1000, 1000))
    assert ailment() == DISK
    monkeypatch.setattr(type(own_lab.engine), "alive", False)
    assert ailment() == TRAINING

    def gone():
        raise StoreError("The database is gone.")

    monkeypatch.setattr(own_lab.store, "check_answers", gone)
    assert ailment() == DATABASE


def test_a_lab_whose_file_was_replaced_is_not_well(own_lab):
    (own_lab.home / "lab.sqlite").rename(own_lab.home / "elsewhere.sqlite")
    assert ailment() == DATABASE


def test_a_thousand_questions_are_one_look():
    looks, clock = [], [0.0]
    answer = Answer(lambda: looks.append(1) or WELL, clock=lambda: clock[0])
    assert {answer.word() for _ in range(1000)} == {WELL} and len(looks) == 1
    clock[0] += health.FRESH
    answer.word()
    assert len(looks) == 2


def test_while_one_looks_others_do_not_wait():
    answer = Answer(lambda: WELL)
    with answer._lock:
        assert answer.word() == WELL


def test_a_home_that_is_gone_is_no_crash(own_lab, monkeypatch):
    monkeypatch.setattr(ailments, "lab_home", lambda: own_lab.home / "gone")
    assert ailment() == DISK


def test_anybody_may_ask_the_server(tmp_path):
    """Without a cookie, also when the lab is full; the answer is a word, and follows the training process."""
    with serving(tmp_path, LAB_MAX_SESSIONS="1") as lab, lab.visit() as page:
        assert lab.session(page)
        assert lab.get("/")[0] == 503
        until(lambda: lab.get("/healthz")[::2] == (200, b"ok"), "the lab is well")
        headers = lab.get("/healthz")[1]
        assert headers["cache-control"] == "no-store" and headers["content-type"].startswith("text/plain") and "set-cookie" not in headers
        (tmp_path / "lab.sqlite").rename(tmp_path / "elsewhere.sqlite")
        until(lambda: lab.get("/healthz")[::2] == (503, b"database"), "it is noticed")
        (tmp_path / "elsewhere.sqlite").rename(tmp_path / "lab.sqlite")
        until(lambda: lab.get("/healthz")[0] == 200, "it is well again")


def test_a_training_process_that_cannot_be_started_is_not_alive(tmp_path, monkeypatch):
    from core.training.engines.process import ProcessEngine
    from core.training.runs.store import Store

    store = Store(tmp_path)
    engine = ProcessEngine(store)
    assert engine.alive, "it is started when it is first needed"
    host = SimpleNamespace(has_ended=False)
    engine._host = host
    assert engine.alive
    host.has_ended = True
    assert not engine.alive
    engine._host = None

    def refuse():
        raise StoreError("There is no more memory.")

    monkeypatch.setattr(engine, "_reach", refuse)
    with pytest.raises(StoreError):
        engine.prepare()
    assert not engine.alive
    store.close()
