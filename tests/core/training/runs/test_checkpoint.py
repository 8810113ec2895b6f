import errno
import json
import os

import pytest
import torch
from safetensors.torch import save

from core.errors import BusyError, StoreError
from core.models import Task, build_model, models_of
from core.training.config import RunConfig, TrainingConfig
from core.training.loop.optim import make_optimizer
from core.training.runs.checkpoint import (
    RunFiles,
    load_optimizer,
    load_tensors,
    model_metadata,
    open_model,
    save_optimizer,
    save_tensors,
    thin,
)
from core.training.runs.tensor_file import read_arrays
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
    with pytest.raises(StoreError, match=r"The checkpoint of epoch 2 is not there .*Choose another epoch"):
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


def some_tensors():
    return {
        "w": torch.arange(40.0).reshape(5, 8),
        "half": torch.ones(3, dtype=torch.bfloat16),
        "n": torch.tensor(7),
        "none": torch.zeros(0, 4),
    }


def test_any_flipped_bit_is_noticed(tmp_path):
    path = tmp_path / "epoch-0001.safetensors"
    metadata = {"config": {"data": 'a "checksum":"00000000" in it'}, "val_top1": 0.5}
    save_tensors(path, some_tensors(), metadata)
    tensors, said = load_tensors(path)
    assert said == metadata and all(torch.equal(tensors[name], value) for name, value in some_tensors().items())
    whole = path.read_bytes()
    for bit in range(8 * len(whole)):
        broken = bytearray(whole)
        broken[bit // 8] ^= 1 << bit % 8
        path.write_bytes(broken)
        with pytest.raises(StoreError, match="is damaged and cannot be read. Choose another epoch"):
            load_tensors(path)
        with pytest.raises(StoreError, match="is damaged"):
            read_arrays(path)


def test_files_of_older_versions_have_no_checksum_and_are_read(tmp_path):
    path = tmp_path / "epoch-0001.safetensors"
    path.write_bytes(save(some_tensors(), metadata={"lab": json.dumps({"epoch": 1})}))
    tensors, said = load_tensors(path)
    assert said == {"epoch": 1} and torch.equal(tensors["w"], some_tensors()["w"])


def test_too_many_open_files_are_not_a_full_disk(tmp_path, monkeypatch):
    def refused(*_, **__):
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(type(tmp_path), "open", refused)
    with pytest.raises(BusyError, match=r"could not be written \(Too many open files\). This program has too many files open"):
        save_tensors(tmp_path / "epoch-0000.safetensors", some_tensors(), {})


def test_a_folder_that_is_gone_does_not_come_back(tmp_path):
    with pytest.raises(StoreError, match="could not be written"):
        save_tensors(tmp_path / "gone" / "epoch-0000.safetensors", some_tensors(), {})
    assert not (tmp_path / "gone").exists()
