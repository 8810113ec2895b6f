import errno
import os

import pytest
import torch

from core.errors import StoreError
from core.models import Task, build_model, models_of
from core.training.checkpoint import (
    RunFiles,
    load_optimizer,
    load_tensors,
    model_metadata,
    open_model,
    save_optimizer,
    save_tensors,
    thin,
)
from core.training.config import RunConfig, TrainingConfig
from core.training.optim import make_optimizer
from tests.support import load_tiny


@pytest.mark.parametrize("name", models_of("images"))
def test_a_model_comes_back_as_it_was(tmp_path, name):
    config = RunConfig.of(model=name, dropout=0.2)
    model = build_model(name, Task(), seed=1, **vars(config.model_config)).eval()
    save_tensors(tmp_path / "m.safetensors", model.state_dict(), model_metadata(config, load_tiny("tiny", None), epoch=3))
    opened = open_model(tmp_path / "m.safetensors")
    images = torch.rand(2, 3, 32, 32)
    assert torch.equal(opened.model(images), model(images))
    assert opened.classes[9] == "class 9" and len(opened.mean) == 3 and opened.metadata["epoch"] == 3


@pytest.mark.parametrize("optimizer", ["adamw", "adam", "sgd", "muon"])
def test_an_optimizer_goes_on_as_if_never_stopped(tmp_path, optimizer):
    config = TrainingConfig(optimizer=optimizer, lr=0.01)

    def steps(model, made, count):
        for i in range(count):
            made.zero_grad()
            model(torch.full((2, 3), float(i + 1))).square().sum().backward()
            made.step()

    torch.manual_seed(0)
    whole = torch.nn.Linear(3, 2)
    other = torch.nn.Linear(3, 2)
    first = make_optimizer(whole, config)
    steps(whole, first, 3)
    save_optimizer(tmp_path / "o.safetensors", first, {"epoch": 0})
    other.load_state_dict(whole.state_dict())
    second = make_optimizer(other, config)
    assert load_optimizer(tmp_path / "o.safetensors", second) == {}
    steps(whole, first, 3)
    steps(other, second, 3)
    assert torch.equal(whole.weight, other.weight)


def test_a_damaged_or_missing_file_says_what_to_do(tmp_path):
    path = tmp_path / "epoch-0001.safetensors"
    with pytest.raises(StoreError, match=r"epoch-0001\.safetensors is not there .*Choose another epoch"):
        load_tensors(path)
    save_tensors(path, {"w": torch.ones(100)}, {})
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(StoreError, match="is damaged and cannot be read"):
        load_tensors(path)
    save_tensors(path, {"w": torch.ones(100)}, {"config": RunConfig.of().flat(), "classes": ["a", "b"]})
    with pytest.raises(StoreError, match="does not fit the model it names"):
        open_model(path)


def test_a_full_disk_leaves_no_half_file(tmp_path, monkeypatch):
    path = tmp_path / "epoch-0000.safetensors"
    save_tensors(path, {"w": torch.zeros(3)}, {})

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match=r"could not be written \(No space left on device\).*Free some disk space"):
        save_tensors(path, {"w": torch.ones(3)}, {})
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert torch.equal(load_tensors(path)[0]["w"], torch.zeros(3))


def test_thinning_keeps_the_first_the_best_and_the_last(tmp_path):
    files = RunFiles(tmp_path)
    for epoch in range(20):
        save_tensors(files.epoch(epoch), {"w": torch.zeros(1000)}, {})
    for step in (0, 1, 2, 4):
        save_tensors(files.step(step), {"w": torch.zeros(1000)}, {})
    size = files.epoch(0).stat().st_size
    assert thin({files: 7}, budget=24 * size) == 0
    thin({files: 7}, budget=12 * size)
    assert 10 <= len(files.epochs()) + len(files.steps()) <= 12
    assert {7, 19} <= set(files.epochs()) and 0 in files.steps()
    gaps = [b - a for a, b in zip(files.epochs(), files.epochs()[1:], strict=False)]
    assert max(gaps) <= 8
    for epoch in files.epochs():
        save_tensors(files.logits("val", epoch), {"logits": torch.zeros(10)}, {})
    thin({files: 7}, budget=1)
    assert files.epochs() == [7, 19] and files.steps() == [0]
    assert sorted(tmp_path.glob("logits-*")) == [files.logits("val", 7), files.logits("val", 19)]  # they go with their weights
