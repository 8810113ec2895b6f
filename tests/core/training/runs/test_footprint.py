import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from core.data.seq_tasks import SEQ_TASKS
from core.models import MODELS, Task, build_model
from core.models.weightless import build_weightless, following, size_of
from core.training.config import RunConfig
from core.training.loop.optim import make_optimizer
from core.training.runs.footprint import footprint
from core.training.runs.speed import random_loss, rehearsed

BAND = (0.75, 2.0)  # of what a run really took
SIZES = {  # a small run and a larger one of each model
    "gru": ({"hidden_size": 256}, {"hidden_size": 256, "batch_size": 192, "num_layers": 2}),
    "lstm": ({"hidden_size": 256}, {"hidden_size": 192, "batch_size": 192, "bidirectional": True}),
    "rnn": ({"hidden_size": 512}, {"hidden_size": 512, "batch_size": 256}),
    "renet": ({"batch_size": 32}, {"batch_size": 48, "width": 96}),
    "vit": ({}, {"embed_dim": 128, "batch_size": 256, "optimizer": "sgd"}),
    "cnn": ({"batch_size": 384}, {"width": 96, "batch_size": 192, "ema": 0.9}),
    "transformer": ({"batch_size": 384}, {"embed_dim": 192, "batch_size": 384, "optimizer": "muon"}),
    "torch-transformer": ({"batch_size": 384}, {"embed_dim": 192, "batch_size": 384}),
    "seq2seq-gru": ({"batch_size": 512, "hidden_size": 192}, {"batch_size": 512, "hidden_size": 384}),
    "seq2seq-gru-attention": ({"batch_size": 512, "hidden_size": 192}, {"batch_size": 512, "hidden_size": 384}),
}
FLOAT = 4


def test_every_model_has_sizes_here():
    assert SIZES.keys() == MODELS.keys()


@pytest.fixture(scope="module")
def measured() -> list[dict]:
    """What runs of all `SIZES` really took at their most, and what was estimated, measured in a process of their own."""
    values = [{"model": model, **more} for model, sizes in SIZES.items() for more in sizes]
    script = Path(__file__).with_name("measured_runs.py")
    done = subprocess.run(
        [sys.executable, str(script)], input=json.dumps(values), capture_output=True, text=True, timeout=900, check=False, encoding="utf-8",
        cwd=Path(__file__).parents[4],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux tells the most that a process has taken since a moment")
@pytest.mark.parametrize("model", SIZES)
def test_the_estimate_is_what_a_run_takes_and_rather_more(measured, model):
    found = [row for row in measured if row["model"] == model]
    assert len(found) == len(SIZES[model])
    assert [row for row in found if not BAND[0] <= row["estimated"] / row["taken"] <= BAND[1]] == []


def test_a_small_network_counted_by_hand():
    """(B, 3) -> (B, 5) -> ReLU -> (B, 2), the sum: what is kept for the way back, and the gradients."""
    net = nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 2)).to("meta")
    inputs = torch.empty(7, 3, device="meta")
    with following(net) as ledger:
        outputs = net(inputs)
        assert ledger.live == FLOAT * (7 * 5 + 7 * 2)  # ReLU keeps what it gives, not what it was given
        assert ledger.peak == FLOAT * (7 * 5 + 7 * 5)  # but for a moment both were there
        outputs.sum().backward()
        del outputs
    assert ledger.live == size_of(net) == FLOAT * (3 * 5 + 5 + 5 * 2 + 2)  # a gradient each


def test_weights_and_what_stays_counted_by_hand():
    hidden, width, classes = 8, 16, 10
    gru = 3 * hidden * (width + hidden + 2)
    embed = 3 * 4 * 4 * width + width + 2 * width
    numbers = gru + embed + hidden * classes + classes
    values = {"model": "gru", "hidden_size": hidden, "embed_dim": width, "patch_size": 4}
    for more, times in (
        ({"optimizer": "adamw"}, 1 + 2 + 1),
        ({"optimizer": "sgd"}, 1 + 1 + 1),
        ({"optimizer": "sgd", "momentum": 0.0}, 1 + 1),
        ({"optimizer": "adam", "ema": 0.9}, 1 + 2 + 1 + 1),
    ):
        found = footprint(RunConfig.of(**values, **more))
        assert found.weights == FLOAT * numbers
        assert found.kept == times * FLOAT * numbers, more


@pytest.mark.parametrize("optimizer", ["adamw", "adam", "sgd", "muon"])
def test_the_state_of_every_optimiser_is_that_of_the_real_one(optimizer):
    config = RunConfig.of(model="vit", optimizer=optimizer, num_layers=1)
    model = build_model("vit", Task(), **vars(config.model_config))
    stepper = make_optimizer(model, config.training)
    random_loss(Task(), 2, "cpu")(model).backward()
    stepper.step()
    state = sum(v.nbytes for slots in stepper.state_dict()["state"].values() for v in slots.values() if v is not None and v.dim())
    found = footprint(config)
    assert found.kept - 2 * found.weights == pytest.approx(state, abs=1000)


@pytest.mark.parametrize("positions", ["none", "learned", "sinusoidal", "grid", "index", "rotary"])
def test_all_positions_are_built_without_values(positions):
    assert footprint(RunConfig.of(model="vit", positions=positions)).training > 10**7


@pytest.mark.parametrize("dataset", SEQ_TASKS)
@pytest.mark.parametrize("model", [name for name, spec in MODELS.items() if spec.kind == "sequences"])
def test_all_tasks_are_followed(model, dataset):
    assert footprint(RunConfig.of(model=model, dataset=dataset)).training > 10**6


@pytest.mark.parametrize("model", MODELS)
def test_a_model_without_values_is_as_large_as_the_real_one(model):
    config = RunConfig.of(model=model)
    task = rehearsed(config)
    twin, real = (build(model, task, **vars(config.model_config)) for build in (build_weightless, build_model))
    assert size_of(twin) == size_of(real)
    assert all(value.is_meta for value in twin.state_dict().values())


@pytest.mark.parametrize("model", MODELS)
def test_no_random_number_is_drawn(model):
    before = torch.random.get_rng_state()
    footprint(RunConfig.of(model=model, batch_size=3))
    assert torch.equal(torch.random.get_rng_state(), before)


def test_what_takes_more_is_estimated_larger():
    def of(**values):
        return footprint(RunConfig.of(**values)).total

    assert of(model="vit") < of(model="vit", batch_size=256) < of(model="vit", batch_size=256, patch_size=2)
    assert of(model="gru") < of(model="gru", num_layers=3) < of(model="gru", num_layers=3, bidirectional=True)
    assert of(model="cnn", width=512) < of(model="cnn", width=512, ema=0.9)
    assert of(model="vit", patch_size=2) < of(model="vit", patch_size=2, dropout=0.1)  # attention by hand keeps its matrices
    assert of(model="gru", dataset="shapes") < of(model="gru", dataset="cifar10")


def test_an_impossible_model_is_followed_without_its_memory():
    largest = {"model": "gru", "hidden_size": 1024, "num_layers": 6, "bidirectional": True, "patch_size": 1, "batch_size": 4096}
    assert footprint(RunConfig.of(**largest)).total > 10**12
