"""The choice of threads and kernel on steps whose time depends on them in a known way, by a clock that only they move."""

import pytest
import torch

from core.errors import ConfigError
from core.training.loop import device
from core.training.loop.device import Plan, choose_device, choose_plan, fastest_plan


class Machine:
    """Eight cores and a clock that only steps move; `tried` lists the thread numbers that were set."""

    def __init__(self):
        self.now, self.tried = 0.0, []

    def step(self, seconds):
        """A step that takes `seconds(threads)`, and with the scan half of that."""

        def run(kernel):
            self.now += seconds(self.tried[-1]) * (0.5 if kernel == "scan" else 1)

        return run


@pytest.fixture
def machine(monkeypatch):
    machine = Machine()
    monkeypatch.setattr(device, "cores", lambda: 8)
    monkeypatch.setattr(device, "use_threads", machine.tried.append)
    monkeypatch.setattr(device.time, "perf_counter", lambda: machine.now)
    return machine


def threads_for(machine, seconds, **options):
    return fastest_plan(machine.step(seconds), ["torch"], **options).threads


def test_more_threads_are_taken_when_they_help(machine):
    assert threads_for(machine, lambda n: 0.02 / n) == 8
    assert set(machine.tried) == {1, 2, 4, 7, 8}


def test_one_is_kept_when_more_hardly_help(machine):
    assert threads_for(machine, lambda n: 0.01 if n == 1 else 0.0092) == 1


def test_threads_that_wait_for_each_other_are_not_taken(machine):
    assert threads_for(machine, lambda n: 0.005 * n) == 1


def test_spare_cores_are_left_to_others(machine):
    assert threads_for(machine, lambda n: 0.02 / n, spare=1) == 7
    assert 8 not in machine.tried
    machine.tried.clear()
    assert threads_for(machine, lambda n: 0.02 / n, spare=20) == 1
    assert machine.tried == []  # nothing to choose from, nothing to measure


def test_the_faster_kernel_is_taken(machine):
    assert fastest_plan(machine.step(lambda n: 0.02 / n), ["torch", "scan"]) == Plan(8, "scan")
    assert fastest_plan(machine.step(lambda n: 0.004 * n), ["torch", "scan"]) == Plan(1, "scan")


def test_a_number_of_threads_that_was_asked_for_is_kept(machine):
    assert fastest_plan(machine.step(lambda n: 0.02 / n), ["torch", "scan"], threads=3) == Plan(3, "scan")
    assert set(machine.tried) == {3}


def test_the_time_of_a_plan_is_its_median(machine):
    """Two threads are faster but for once, when a neighbour disturbs them: by mean, least and largest time one would be."""
    taken = {1: [0.30, 0.01, 0.31], 2: [0.20, 9.0, 0.20]}
    calls = {1: 0, 2: 0}

    def step(kernel):  # every second one is timed
        threads = machine.tried[-1]
        machine.now += taken[threads][calls[threads] // 2] if calls[threads] % 2 else 0
        calls[threads] += 1

    assert fastest_plan(step, ["torch"], spare=6) == Plan(2, "torch")
    assert calls == {1: 6, 2: 6}


def test_the_first_step_after_a_change_does_not_count(machine):
    """With the scan the first step compiles for a second, the next ones take a tenth of the other kernel's time."""
    last = []

    def step(kernel):
        machine.now += 0.01 if kernel == "torch" else 0.001 if last == ["scan"] else 1.0
        last[:] = [kernel]

    assert fastest_plan(step, ["torch", "scan"], threads=1) == Plan(1, "scan")


@pytest.mark.parametrize(("threads", "planned"), [(0, 1), (3, 3)])
def test_a_gpu_computes_with_torch_and_nothing_is_measured(threads, planned):
    for kernel in ("auto", "scan"):
        found = choose_plan(None, ["torch", "scan"], torch.device("cuda"), threads=threads, kernel=kernel)
        assert found == Plan(planned, "torch")


def test_one_thread_with_one_kernel_may_beat_two_with_another(machine):
    """Two threads are twice as fast with PyTorch's kernel, but slower than one with the scan, which more threads do not help."""

    def step(kernel):
        machine.now += 0.005 if kernel == "scan" else 0.02 / machine.tried[-1]

    assert fastest_plan(step, ["torch", "scan"], spare=6) == Plan(1, "scan")


def test_a_run_may_name_its_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert choose_device("auto") == choose_device("cuda") == torch.device("cuda")
    assert choose_device("cuda:1") == torch.device("cuda", 1)
    with pytest.raises(ConfigError, match=r"no cuda:2 device\. Choose device = auto, or one of: cuda, cuda:0, cuda:1"):
        choose_device("cuda:2")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ConfigError, match="no cuda:0 device"):
        choose_device("cuda:0")
