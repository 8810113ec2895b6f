"""Schedules against torch's own."""

import pytest
import torch
from torch import nn

from core.models import MODELS, Task, build_model
from core.models.positions import build_positions
from core.models.seq2seq_task import Seq2SeqTask
from core.training.config import TrainingConfig
from core.training.loop.muon import Muon
from core.training.loop.optim import learning_rate, make_optimizer, muon_matrices, scheduled_lr

STEPS = 40


def torch_schedule(config):
    optimizer = torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=config.lr)
    make = {
        "constant": lambda: torch.optim.lr_scheduler.ConstantLR(optimizer, factor=1),
        "cosine": lambda: torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=STEPS),
        "linear": lambda: torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda step: min((step + 1) / (0.15 * STEPS), (1 - step / STEPS) / 0.85)
        ),
        "one-cycle": lambda: torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=config.lr, total_steps=STEPS + 1, pct_start=(0.3 * STEPS + 1) / (STEPS + 1), final_div_factor=1e12
        ),
    }
    scheduler, found = make[config.schedule](), []
    for _ in range(STEPS):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


@pytest.mark.parametrize("schedule", ["constant", "cosine", "one-cycle", "linear"])
def test_schedules_equal_those_of_torch(schedule):
    config = TrainingConfig(schedule=schedule, lr=0.3)
    found = [scheduled_lr(config, step, STEPS) for step in range(STEPS)]
    assert found == pytest.approx(torch_schedule(config), rel=1e-6, abs=1e-9)


def test_a_change_by_hand_takes_its_value_at_once_and_keeps_the_form():
    config = TrainingConfig(schedule="cosine", lr=0.1)
    plain = [learning_rate(config, s, STEPS) for s in range(STEPS)]
    changed = [learning_rate(config, s, STEPS, [(10, 0.5), (20, 0.01)]) for s in range(STEPS)]
    assert changed[:10] == plain[:10]
    assert changed[10] == pytest.approx(0.5) and changed[20] == pytest.approx(0.01)
    ratios = [c / p for c, p in zip(changed[10:20], plain[10:20], strict=True)]
    assert max(ratios) == pytest.approx(min(ratios))


@pytest.mark.parametrize(("name", "kind"), [("adamw", torch.optim.AdamW), ("adam", torch.optim.Adam), ("sgd", torch.optim.SGD)])
def test_optimizers_get_what_is_declared(name, kind):
    config = TrainingConfig(optimizer=name, lr=0.02, weight_decay=0.1, momentum=0.7)
    optimizer = make_optimizer(nn.Linear(2, 2), config)
    assert type(optimizer) is kind
    group = optimizer.param_groups[0]
    assert group["lr"] == 0.02 and group["weight_decay"] == 0.1
    if name == "sgd":
        assert group["momentum"] == 0.7


def test_muon_steps_the_matrices_and_adamw_the_rest():
    torch.manual_seed(0)
    ours, theirs = (nn.ModuleDict({"body": nn.Linear(6, 4), "head": nn.Linear(4, 3)}) for _ in range(2))
    theirs.load_state_dict(ours.state_dict())
    config = TrainingConfig(optimizer="muon", lr=0.01, muon_lr=0.05, weight_decay=0.1)
    optimizer = make_optimizer(ours, config)
    matrix, rest = theirs["body"].weight, [theirs["body"].bias, theirs["head"].weight, theirs["head"].bias]
    expected = Muon([matrix], lr=0.05, weight_decay=0.1), torch.optim.AdamW(rest, lr=0.01, weight_decay=0.1)
    for _ in range(3):
        for group in optimizer.param_groups:
            group["lr"] = config.lr * group.get("lr_scale", 1.0)  # as the trainer does
        inputs = torch.randn(5, 6)
        for model, optimizers in ((ours, [optimizer]), (theirs, expected)):
            for one in optimizers:
                one.zero_grad()
            model["head"](model["body"](inputs)).square().sum().backward()
            for one in optimizers:
                one.step()
    for name, value in ours.state_dict().items():
        torch.testing.assert_close(value, theirs.state_dict()[name])


SETTINGS = [
    *((name, {}) for name in MODELS),
    ("vit", {"num_layers": 1}),
    ("gru", {"num_layers": 2, "bidirectional": True}),
    *((name, {"positions": "learned"}) for name in ("transformer", "torch-transformer")),
    *(("transformer", {"tie": tie, "share": share}) for tie in (False, True) for share in (False, True)),
]


@pytest.mark.parametrize(("name", "more"), SETTINGS)
def test_muon_leaves_embeddings_tables_and_logits_to_adamw(name, more):
    """By what the parameters are for: who has a row a symbol, a place or a class, found by changing the task, not by a name."""
    model, larger = (made_for(name, more, size) for size in (7, 9))  # another number of classes or symbols, and of places
    tables = {key for key, value in model.named_parameters() if value.shape != dict(larger.named_parameters())[key].shape}
    adamw, muon = make_optimizer(model, TrainingConfig(optimizer="muon")).optimizers
    stepped = {id(p) for group in muon.param_groups for p in group["params"]}
    names = {key for key, p in model.named_parameters() if id(p) in stepped}
    assert tables and not names & tables
    assert names == {key for key, p in model.named_parameters() if p.ndim in (2, 4)} - tables, "every other matrix is Muon's"
    assert sum(len(group["params"]) for group in adamw.param_groups) + len(names) == len([*model.parameters()])


def made_for(name, more, size):
    if MODELS[name].kind == "sequences":
        return build_model(name, Seq2SeqTask(size, size, size), seed=0, **more)
    model = build_model(name, Task(num_classes=size), seed=0, **more)
    if name == "vit":  # its places are those of its patches, which belong to the patch embedding
        model.positions = build_positions("learned", size, model.head.in_features)
    return model


def test_muon_steps_the_same_matrices_of_a_vit_and_of_the_preset_bar_as_ever():
    vit = build_model("vit", seed=0, patch_size=16)
    names = {name for name, p in vit.named_parameters() if any(p is m for m in muon_matrices(vit))}
    assert {name for name, p in vit.named_parameters() if p.ndim >= 2} - names == {"class_token", "positions.table", "head.weight"}
    assert any("embed" in name for name in names), "a convolution is a matrix too"
    renet = build_model("renet", seed=0)
    names = [name for name, p in renet.named_parameters() if any(p is m for m in muon_matrices(renet))]
    assert names == [name for name, p in renet.named_parameters() if p.ndim in (2, 4) and name != "head.weight"]
