"""Lessons behind a page: one at a time, shared, and with a sentence when they fail."""

import threading
import time

import pytest

from core.errors import LabError, TrainingError
from dashboard.shell import services
from dashboard.training import background


@pytest.fixture(autouse=True)
def no_lessons(monkeypatch, tmp_path):
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(background, "_lessons", {})
    services.shutdown()
    yield
    services.shutdown()


def wait(lesson):
    deadline = time.monotonic() + 20
    while lesson.active:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return lesson


def test_a_lesson_runs_to_its_end_and_is_shared():
    made = []

    def make():
        made.append([])
        return made[-1]

    def run(points):
        for step in (1, 2, 3):
            points.append(step)
            yield step

    found = wait(background.lesson("a", make, run))
    assert (found.status, found.steps, found.made, found.problem) == ("done", 3, [1, 2, 3], "")
    assert background.lesson("a", make, run) is found is background.known("a") and len(made) == 1
    assert background.known("b") is None


def test_one_at_a_time():
    gate, order = threading.Event(), []

    def slow(_):
        order.append("first")
        gate.wait(20)
        yield 1

    def quick(_):
        order.append("second")
        yield 1

    first = background.lesson("1", list, slow)
    second = background.lesson("2", list, quick)
    while first.status != "running":
        time.sleep(0.005)
    assert second.status == "waiting" and second.active and second.made is None
    gate.set()
    assert wait(first).status == wait(second).status == "done" and order == ["first", "second"]


@pytest.mark.parametrize(
    ("error", "told"),
    [(TrainingError("The loss is gone: train again."), "The loss is gone: train again."), (RuntimeError("secret"), "(RuntimeError)")],
)
def test_a_failure_is_a_sentence_and_the_next_one_starts_anew(error, told):
    def run(_):
        yield 1
        raise error

    failed = wait(background.lesson("x", list, run))
    assert failed.status == "failed" and told in failed.problem and "secret" not in failed.problem and failed.steps == 1
    again = wait(background.lesson("x", list, lambda _: iter([1, 2])))
    assert again is not failed and again.status == "done"


def test_what_cannot_be_made_fails_too():
    def make():
        raise LabError("Choose something else.")

    failed = wait(background.lesson("y", make, lambda _: iter([])))
    assert (failed.status, failed.problem, failed.made) == ("failed", "Choose something else.", None)


def test_a_lesson_that_takes_too_long_ends(monkeypatch):
    monkeypatch.setattr(background, "MOST_SECONDS", -1.0)
    failed = wait(background.lesson("z", list, lambda _: iter(range(1, 1000))))
    assert failed.status == "failed" and "too long" in failed.problem and failed.steps == 1


def test_a_lesson_that_nobody_looks_at_ends_and_one_that_is_looked_at_goes_on(monkeypatch):
    monkeypatch.setattr(background, "AWAY_SECONDS", 0.3)

    def run(_):
        for step in range(1, 200):
            time.sleep(0.005)
            yield step

    left = background.lesson("left", list, run)
    waits = background.lesson("waits", list, run)
    assert wait(left).status == "failed" and "nobody was watching" in left.problem and 0 < left.steps < 199
    assert wait(waits).problem == left.problem and waits.steps == 0  # its turn came too late
    kept = background.lesson("kept", list, run)
    while kept.active:
        assert background.known("kept") is kept
        time.sleep(0.01)
    assert kept.status == "done" and kept.steps == 199


def test_only_some_are_kept():
    for number in range(background.KEPT + 5):
        wait(background.lesson(f"{number}", list, lambda _: iter([1])))
    assert len(background._lessons) == background.KEPT and background.known("0") is None
    assert background.known(f"{background.KEPT + 4}") is not None


def test_a_lesson_waits_for_its_turn_and_says_its_place():
    manager = services.manager()
    with manager.turn("somebody"):
        first = background.lesson("first", list, lambda _: iter([1]), owner="a")
        while first.place != 1:
            time.sleep(0.005)
        second = background.lesson("second", list, lambda _: iter([1]), owner="b")
        while second.place != 2:
            time.sleep(0.005)
        assert first.status == second.status == "waiting"
    assert wait(first).status == wait(second).status == "done" and first.place == second.place == 0
    with manager.turn("somebody"):  # all turns were given back
        pass


def test_a_lesson_that_waits_and_is_not_looked_at_leaves_the_queue(monkeypatch):
    with services.manager().turn("somebody"):
        left = background.lesson("left", pytest.fail, lambda _: iter([1]))
        while left.place != 1:
            time.sleep(0.005)
        monkeypatch.setattr(background, "AWAY_SECONDS", 0.0)
        assert wait(left).problem == background.NOBODY


def test_a_lesson_without_memory_is_a_sentence(monkeypatch):
    def exhausted():
        raise MemoryError

    assert wait(background.lesson("a", exhausted)).problem == background.NO_MEMORY
    monkeypatch.setenv("LAB_MEMORY", "1 MB")
    assert "needs about 150 MB of memory, and 0 MB are free" in wait(background.lesson("b", pytest.fail)).problem
