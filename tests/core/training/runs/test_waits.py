"""A training step asks the device for no number and sends it no table: on a GPU each would stop the loop until all before it is done."""

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from core.data import load_dataset
from core.data.splits import normalize
from core.models import MODELS, Task, build_model
from core.training.loop.objective import objective_of
from core.training.runs.checkpoint import task_of
from core.training.training_config import SequenceTrainingConfig, TrainingConfig
from tests.support import load_tiny

ASK = ("aten::_local_scalar_dense", "aten::nonzero", "aten::masked_select", "aten::is_nonzero", "aten::equal")


class Waits(TorchDispatchMode):
    """Notes what would wait for a device: numbers that are read back, choices by a mask, and tensors of the CPU that are copied there."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name, kwargs = func.overloadpacket._qualified_op_name, kwargs or {}
        masks = name == "aten::index" and any(at is not None and at.dtype == torch.bool for at in args[1])
        moved = name == "aten::_to_copy" and kwargs.get("device") is not None and args[0].dtype == torch.float64
        if name in ASK or masks or moved or name == "aten::lift_fresh":
            self.seen.append(name)
        return func(*args, **kwargs)


def seen_in_a_step(model, dataset, config):
    """What is noted in the second step: the first may put tables where they stay."""
    model.train()
    objective = objective_of(model, dataset, config, torch.device("cpu"))
    order = torch.arange(len(dataset.train))
    for batch in list(objective.batches(dataset.train, order, torch.Generator()))[:2]:
        with Waits() as waits:
            objective.forward(dataset.train, batch, torch.Generator()).loss.backward()
    return waits.seen


@pytest.mark.parametrize(
    ("name", "more"),
    [
        *((name, {"dropout": 0.1} if name != "renet" else {}) for name, spec in MODELS.items() if spec.kind == "images"),
        ("vit", {"positions": "rotary"}),
    ],
)
def test_a_step_on_images_waits_for_nothing(name, more):
    config = TrainingConfig(augment=True, cutout=4, batch_size=16)
    assert seen_in_a_step(build_model(name, Task(), seed=0, **more), load_tiny("tiny", None), config) == []


@pytest.mark.parametrize("name", [name for name, spec in MODELS.items() if spec.kind == "sequences"])
def test_a_step_on_sequences_waits_for_nothing(name, monkeypatch):
    monkeypatch.setattr("core.data.sequences.SIZES", {"train": 200, "val": 20, "test": 20})
    dataset = load_dataset("reverse")
    assert seen_in_a_step(build_model(name, task_of(dataset), seed=0), dataset, SequenceTrainingConfig(batch_size=32)) == []


def test_what_waits_is_noticed():
    with Waits() as waits:
        values = torch.ones(3)
        values[values > 0].sum().item()
        normalize(torch.zeros(1, 3, 2, 2, dtype=torch.uint8), (0.5,) * 3, (0.5,) * 3)
    assert {*waits.seen} == {"aten::index", "aten::_local_scalar_dense", "aten::lift_fresh"}
