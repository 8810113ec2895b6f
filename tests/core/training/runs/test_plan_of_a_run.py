"""What a run asks for, and what is measured for it, is what computes it: threads, kernel, cores that are left to others."""

import pytest
import torch

from core.data import load_dataset
from core.models import Task, build_model
from core.models import gru_scan as scan
from core.models.gru import why_no_scan
from core.training.config import RunConfig
from core.training.loop import device
from core.training.loop.device import Plan
from core.training.loop.trainer import Trainer
from core.training.runs.manager import RunManager
from tests.support import SMALL, ended, wait_for


@pytest.fixture
def measured(monkeypatch):
    """What is said to be fastest: the last of the kernels, with 3 threads if none are asked for. Keeps what was asked for."""
    asked = []

    def fastest(step, kernels, *, threads=0, spare=0):
        asked.append((tuple(kernels), threads, spare))
        return Plan(threads or 3, kernels[-1])

    monkeypatch.setattr(device, "fastest_plan", fastest)
    return asked


@pytest.fixture
def used(monkeypatch):
    """(threads, whether the scan computed) of every training step."""
    why_no_scan()  # tries the scan once in a process
    steps, step, compute = [], Trainer._train_step, scan.scan

    def counted(*arguments):
        steps[-1] = (steps[-1][0], True)
        return compute(*arguments)

    def watched(self, *arguments):
        steps.append((torch.get_num_threads(), False))
        return step(self, *arguments)

    monkeypatch.setattr(scan, "scan", counted)
    monkeypatch.setattr(Trainer, "_train_step", watched)
    return steps


def config(**values):
    """Images of 16 tokens, which the scan takes; one step an epoch."""
    return RunConfig.of(**{**SMALL, "patch_size": 8, "batch_size": 100, "epochs": 2, "threads": 0, "kernel": "auto", **values})


@pytest.mark.parametrize(
    ("values", "asked", "plan"),
    [
        ({}, (("torch", "scan"), 0, 0), (3, "scan")),
        ({"threads": 2}, (("torch", "scan"), 2, 0), (2, "scan")),
        ({"kernel": "torch"}, (("torch",), 0, 0), (3, "torch")),
        ({"threads": 1, "kernel": "torch"}, (("torch",), 1, 0), (1, "torch")),
    ],
    ids=["nothing asked", "threads", "kernel", "both"],
)
def test_what_is_asked_for_is_used_and_the_rest_is_measured(manager, measured, used, values, asked, plan):
    done = wait_for(manager, manager.submit(config(**values)), ended)
    assert done.status == "finished", done.message
    assert measured == [asked] and (done.threads, done.kernel) == plan
    assert used == [(plan[0], plan[1] == "scan")] * 2


def test_a_model_without_a_gru_has_one_kernel_to_choose_from(manager, measured):
    done = wait_for(manager, manager.submit(config(model="rnn", epochs=1)), ended)
    assert measured == [(("torch",), 0, 0)] and done.kernel == "torch", done.message


def test_a_resumed_run_keeps_its_plan_though_another_would_be_measured(manager, measured, used, monkeypatch):
    run = manager.submit(config(), paused=True)
    manager.step(run)
    assert wait_for(manager, run, lambda s: s.status == "paused" and len(s.epochs) == 1).threads == 3
    manager.stop(run)
    wait_for(manager, run, ended)
    monkeypatch.setattr(device, "fastest_plan", lambda *_, **__: Plan(1, "torch"))
    manager.resume(run)
    done = wait_for(manager, run, lambda s: s.status == "finished")
    assert (done.threads, done.kernel) == (3, "scan") and used == [(3, True)] * 2
    other = wait_for(manager, manager.submit(config()), ended)
    assert (other.threads, other.kernel) == (1, "torch")


@pytest.mark.parametrize("spare", [0, 2])
def test_spare_cores_are_those_of_the_manager(tmp_path, tiny, measured, spare):
    manager = RunManager(tmp_path, spare_cores=spare)
    wait_for(manager, manager.submit(config(epochs=1)), ended)
    assert measured == [(("torch", "scan"), 0, spare)]
    manager.shutdown()


@pytest.mark.parametrize(
    ("values", "found"), [({"threads": 2, "kernel": "scan"}, (2, True)), ({"threads": 0, "kernel": "auto"}, (1, False))]
)
def test_a_trainer_by_itself_obeys_its_config_too(used, values, found):
    asked = config(**values)
    data = load_dataset(asked.dataset, asked.data_config)
    torch.set_num_threads(1)
    model = build_model(asked.model, Task(num_classes=len(data.classes)), seed=0, **vars(asked.model_config))
    Trainer(model, data, asked.training).fit()
    assert {*used} == {found}
    assert torch.get_num_threads() == 1  # as it was
