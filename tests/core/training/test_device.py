"""The choice of threads on steps whose time depends on the threads in a known way."""

import time

import pytest

from core.training import device
from core.training.device import fastest_threads


@pytest.fixture
def machine(monkeypatch):
    """A machine of eight cores on which `times[threads]` is how long a step takes; the list of thread numbers that were tried."""
    tried = []
    monkeypatch.setattr(device, "cores", lambda: 8)
    monkeypatch.setattr(device, "use_threads", tried.append)
    return tried


def step_of(tried, seconds):
    return lambda: time.sleep(seconds(tried[-1]))


def test_more_threads_are_taken_when_they_help(machine):
    assert fastest_threads(step_of(machine, lambda n: 0.02 / n), budget=0.3) == 8
    assert set(machine) == {1, 2, 4, 7, 8}


def test_one_is_kept_when_more_hardly_help(machine):
    assert fastest_threads(step_of(machine, lambda n: 0.01 if n == 1 else 0.0092), budget=0.3) == 1


def test_threads_that_wait_for_each_other_are_not_taken(machine):
    assert fastest_threads(step_of(machine, lambda n: 0.005 * n), budget=0.3) == 1


def test_spare_cores_are_left_to_others(machine):
    assert fastest_threads(step_of(machine, lambda n: 0.02 / n), spare=1, budget=0.3) == 7
    assert 8 not in machine
    machine.clear()
    assert fastest_threads(step_of(machine, lambda n: 0.02 / n), spare=20) == 1
    assert machine == []  # nothing to choose from, nothing to measure
