"""Counted arithmetic against formulas, and measured speeds against what they are made of."""

import json

import numpy as np
import pytest
import torch
from torch import nn

from core.errors import ConfigError
from core.evaluation.pictures import probabilities
from core.models import MODELS, Task, build_model, models_of
from core.training.config import RunConfig
from core.training.loop.device import computing_with
from core.training.runs import speed
from core.training.runs.checkpoint import OpenedModel
from core.training.runs.speed import matmul_peak, run_flops, training_flops, training_speed


def flops(name, **values):
    return training_flops(build_model(name, Task(), seed=0, **values), Task())


@pytest.mark.parametrize(("cell", "gates"), [("rnn", 1), ("gru", 3), ("lstm", 4)])
def test_a_recurrent_models_products_are_those_of_its_gates(cell, gates):
    """Two products a gate and step, C x H and H x H, and of each three passes: forward, and a gradient for either side.

    The first state is 0 but multiplied all the same; patches need no gradient of the pixels.
    """
    steps, inputs, hidden, patch = 64, 64, 48, 4 * 4 * 3
    expected = 2 * (3 * steps * gates * (inputs + hidden) * hidden + 2 * steps * patch * inputs + 3 * hidden * 10)
    found = flops(cell, patch_size=4, embed_dim=inputs, hidden_size=hidden)
    assert expected - 2 * 2 * gates * hidden * hidden <= found <= expected  # the first state needs no gradient


def test_attention_is_quadratic_in_the_tokens():
    few, many = (flops("vit", patch_size=size, num_layers=1) for size in (8, 4))
    tokens, dim, mlp = {8: 17, 4: 65}, 64, 256
    linear = {size: 2 * 3 * count * (4 * dim * dim + 2 * dim * mlp) for size, count in tokens.items()}
    attention = {size: 2 * 3 * 2 * count * count * dim for size, count in tokens.items()}
    embedding = 2 * 2 * 3072 * dim
    for found, size in ((few, 8), (many, 4)):
        assert found == linear[size] + attention[size] + embedding + 2 * 3 * dim * 10


def test_a_convolution_counts_every_place_of_its_kernel():
    width, places = 8, (1024, 256, 64)
    forward = places[0] * 27 * width + places[1] * 9 * width * 2 * width + places[2] * 9 * 2 * width * 4 * width
    expected = 2 * (3 * forward - places[0] * 27 * width + 3 * 4 * width * 10)  # the pixels need no gradient
    assert flops("cnn", width=width) == expected


@pytest.mark.parametrize("name", models_of("images"))
def test_counting_leaves_a_model_as_it_was(name):
    model = build_model(name, Task(), seed=0)
    assert training_flops(model, Task()) > 1e5
    assert all(p.grad is None for p in model.parameters())


def test_a_speed_is_what_it_says():
    config = RunConfig.of(model="gru", patch_size=8, batch_size=16, threads=1)
    found = training_speed(config, seconds=0.1)
    assert found.plan.threads == 1 and found.plan.kernel in ("torch", "scan")
    assert found.flops == flops("gru", patch_size=8) and found.images_per_second > 0
    assert found.parameters == sum(p.numel() for p in build_model("gru", patch_size=8).parameters())
    assert found.share == pytest.approx(found.flops * found.images_per_second / found.peak)
    assert 0 < found.share < 1


def test_the_peak_is_the_products_flops_in_the_time_it_takes(monkeypatch):

    done = []
    monkeypatch.setattr(speed.torch, "mm", lambda *_, **__: done.append(1))
    monkeypatch.setattr(speed.time, "perf_counter", lambda: 0.25 * len(done))
    before = torch.get_num_threads()
    assert matmul_peak(before, seconds=1) == pytest.approx(2 * 1024**3 / 0.25)


def test_the_command_prints_a_line_a_model(capsys):
    from core.cli import main

    assert main(["bench", "cnn", "hand-in", "--seconds", "0.05", "--threads", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in found["models"]] == ["cnn", "hand-in"]
    assert all(row["images_per_second"] > 0 and row["peak"] > 1e8 for row in found["models"])
    assert main(["bench", "cn"]) == 2
    assert "Did you mean 'cnn'" in capsys.readouterr().err
    assert main(["bench", "cnn", "--seconds", "0.05"]) == 0
    assert "MFLOP an image" in capsys.readouterr().out


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_measuring_leaves_the_callers_threads_as_they_were(two_threads):
    training_speed(RunConfig.of(model="gru", patch_size=16, embed_dim=8, hidden_size=8, threads=1), seconds=0.01)
    assert torch.get_num_threads() == 2
    with pytest.raises(ZeroDivisionError), computing_with(1):
        assert torch.get_num_threads() == 1
        _ = 1 / 0
    assert torch.get_num_threads() == 2


def test_judging_leaves_the_callers_threads_as_they_were(two_threads):
    classes = tuple("abcdefghij")
    opened = OpenedModel(build_model("gru", Task(), hidden_size=8).eval(), classes, (0.5,) * 3, (0.2,) * 3, {})
    probabilities(opened, np.zeros((1, 3, 32, 32), np.uint8))
    assert torch.get_num_threads() == 2


def test_counting_hears_nothing_of_what_else_is_computed(monkeypatch):
    """torch's own counter hooks every module of the process: a run that trains meanwhile must not be heard, nor slowed down."""
    inside = []
    whole = nn.Module.__call__

    def looking(module, *args, **named):
        hooks = torch.nn.modules.module
        inside.append(len(hooks._global_forward_hooks) + len(hooks._global_forward_pre_hooks))
        return whole(module, *args, **named)

    model = build_model("cnn", Task(), width=8)
    monkeypatch.setattr(nn.Module, "__call__", looking)
    assert training_flops(model, Task()) > 0 and inside and not any(inside)


@pytest.mark.parametrize("model", MODELS)
def test_every_model_is_counted(model):
    """nn.Transformer asks whether its mask is a causal one, which numbers without values do not know."""
    assert run_flops(RunConfig.of(model=model), 10) > 1e6


def test_what_does_not_fit_is_not_measured(monkeypatch):
    monkeypatch.setenv("LAB_MEMORY", "1 MB")
    monkeypatch.setattr(speed, "build_model", None)  # would fail if it were called
    with pytest.raises(ConfigError, match=r"Measuring this run needs about .* of memory, and 0 MB are free: choose"):
        training_speed(RunConfig.of(model="vit"))
