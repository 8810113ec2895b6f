"""What a class asks of the turns, through the manager, whatever trains its runs: one active run of each, take the next, halt all."""

import time

import pytest

from core.errors import ConfigError
from core.memory import told
from core.models import Task, build_model
from core.training.config import RunConfig
from core.training.engines import choose
from core.training.runs.manager import RunManager
from core.training.runs.turns import turns_as_set
from tests.core.training.engines.local_desk import Desk, LocalEngine
from tests.support import LONG_TINY, SMALL, ended, wait_for


@pytest.fixture(params=["thread", "process", "desk"])
def manager(request, tmp_path, monkeypatch, tiny):
    monkeypatch.setenv("LAB_SLICE_SECONDS", "0.05")
    monkeypatch.setenv("LAB_ONE_EACH", "1")
    (tmp_path / "home").mkdir()
    if request.param == "desk":
        monkeypatch.setitem(choose.ENGINES, "desk", "tests.core.training.engines.local_desk:LocalEngine")
        desk = Desk(tmp_path / "home", slice_seconds=0.05)
        desk.turns.one_each = turns_as_set(1).one_each
        monkeypatch.setattr(LocalEngine, "desk", desk)
    made = RunManager(tmp_path / "home", engine=request.param)
    yield made
    made.shutdown()
    if request.param == "desk":
        desk.host.do_shutdown()


def begin(manager, *owners):
    return [manager.submit(RunConfig.of(**LONG_TINY), owner=owner) for owner in owners]


def test_a_second_run_of_a_person_waits_for_the_end_of_the_first_and_others_do_not(manager):
    first, second, other = begin(manager, "ann", "ann", "bob")
    for run in (first, other):
        wait_for(manager, run, lambda s: s.step > 5)
    step = manager.snapshot(first).step
    wait_for(manager, first, lambda s: s.step > step + 5)
    now = manager.snapshot(second)
    assert now.status == "queued" and now.step == 0 and now.place
    assert {*manager.active()} == {first, second, other} and manager.active()[second].status == "queued"
    manager.pause(first)
    wait_for(manager, second, lambda s: s.step > 0)  # a paused one keeps nobody waiting
    for run in (first, second, other):
        manager.stop(run, "The test is over.")
    assert {wait_for(manager, run, ended).message for run in (first, second, other)} == {"The test is over."}


def test_who_is_taken_next_has_the_next_turn_though_a_run_of_the_same_person_trains(manager):
    first, second, third = begin(manager, "ann", "ann", "ann")
    wait_for(manager, first, lambda s: s.step > 5)
    assert manager.snapshot(second).step == manager.snapshot(third).step == 0
    manager.take_next(third)
    wait_for(manager, third, lambda s: s.step > 0)
    assert manager.snapshot(second).step == 0
    manager.stop(second)
    wait_for(manager, second, ended)
    for refused in (second, "gru-nobody"):
        with pytest.raises(ConfigError, match="does not wait for a turn"):
            manager.take_next(refused)


def test_while_all_are_halted_only_those_that_are_left_out_train_and_then_all_go_on(manager):
    ann, bob = begin(manager, "ann", "bob")
    for run in (ann, bob):
        wait_for(manager, run, lambda s: s.step > 0)
    manager.halt(["teacher"])
    late, teachers = begin(manager, "cy", "teacher")
    trained = wait_for(manager, teachers, lambda s: s.step > 20).step  # so the one turn is free of the others
    time.sleep(0.5)  # until the last news of them is here
    steps = [manager.snapshot(run).step for run in (ann, bob, late)]
    wait_for(manager, teachers, lambda s: s.step > trained + 100)
    assert [manager.snapshot(run).step for run in (ann, bob, late)] == steps and steps[2] == 0
    assert {manager.snapshot(run).status for run in (ann, bob, late)} == {"queued"}
    manager.halt(None)
    for run, step in zip((ann, bob, late), steps, strict=True):
        wait_for(manager, run, lambda s, step=step: s.step > step)


def test_the_size_of_a_run_is_told_before_it_is_made(manager):
    config = RunConfig.of(**SMALL)
    size = manager.size(config)
    model = build_model("gru", Task(num_classes=10), **vars(config.model_config))
    assert size.weights == sum(weight.numel() for weight in model.parameters())
    assert "MB" in told(size.memory) and size.memory > 4 * 4 * size.weights
    wider = RunConfig.of(**{**SMALL, "hidden_size": 512})
    assert manager.size(wider).weights > size.weights and manager.size(wider).memory > size.memory


def test_a_halt_outlives_the_process_in_which_runs_train(tmp_path, tiny, monkeypatch):
    manager = RunManager(tmp_path / "home", engine="process")
    manager.halt([])
    (run,) = begin(manager, "ann")
    killed = manager.engine.pid
    manager.engine.prepare().process.kill()
    wait_for(manager, run, lambda s: manager.engine.pid not in (None, killed) and s.status == "queued" and s.place == 1)
    time.sleep(0.3)
    assert manager.snapshot(run).status == "queued"
    manager.halt(None)
    wait_for(manager, run, lambda s: s.step > 0)
    manager.shutdown()
