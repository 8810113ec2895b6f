"""What holds for every model of `MODELS` that names images, a new one too."""

import pytest
import torch
from torch import nn
from torch.nn.modules.dropout import _DropoutNd

from core.errors import ConfigError
from core.hparams import declared
from core.models import MODELS, Task, build_model, models_of
from core.models.dropout import Dropout, seed_dropout
from core.models.transformer import EncoderLayer

IMAGE_MODELS = models_of("images")
SMALL = {
    "gru": {"hidden_size": 12}, "lstm": {"hidden_size": 12}, "rnn": {"hidden_size": 12},
    "renet": {"width": 16}, "vit": {}, "cnn": {"width": 8},
}  # fmt: skip
VARIANTS = [
    *((name, {}) for name in IMAGE_MODELS),
    *((name, {"bidirectional": True, "num_layers": 2}) for name in ("gru", "lstm", "rnn")),
    *((name, {"bidirectional": True, "readout": "mean"}) for name in ("gru", "lstm", "rnn")),
    ("vit", {"positions": "none"}),
    ("vit", {"positions": "sinusoidal"}),
    ("vit", {"positions": "rotary"}),
    ("cnn", {"blocks": 2}),
    ("renet", {"overlap": False, "blocks1": 2}),
]
PATCHED = [name for name in IMAGE_MODELS if "patch_size" in declared(MODELS[name].config)]
every_model = pytest.mark.parametrize("name", IMAGE_MODELS)
every_variant = pytest.mark.parametrize(("name", "more"), VARIANTS, ids=["-".join(map(str, (n, *m.values()))) for n, m in VARIANTS])


def small(name, **more):
    torch.manual_seed(0)
    return build_model(name, **{**SMALL.get(name, {}), **more})


@torch.no_grad()
def leak(model, batch):
    """How much a sample's output changes, at most, when all other samples of the batch change (eval mode)."""
    model.eval()
    changes = []
    for i in range(len(batch)):
        others = torch.randn_like(batch)
        others[i] = batch[i]
        changes.append((model(batch)[i] - model(others)[i]).abs().max().item())
    return max(changes)


@torch.no_grad()
def response(model, batch):
    """How much a sample's output changes, at least, when it changes itself (eval mode)."""
    return (model.eval()(batch) - model(torch.randn_like(batch))).abs().amax(-1).min().item()


@every_variant
def test_images_become_logits(name, more):
    model = small(name, **more)
    assert model(torch.randn(4, 3, 32, 32)).shape == (4, 10)
    assert model(torch.randn(1, 3, 32, 32)).shape == (1, 10)  # a batch of one, in training mode


@every_model
def test_the_task_sets_the_shapes(name):
    torch.manual_seed(0)
    model = build_model(name, Task(num_classes=3, image_size=16, channels=1))
    assert model(torch.randn(2, 1, 16, 16)).shape == (2, 3)


@every_variant
def test_the_gradient_reaches_every_parameter(name, more):
    model = small(name, **more)
    nn.functional.cross_entropy(model(torch.randn(4, 3, 32, 32)), torch.arange(4)).backward()
    missing = [n for n, p in model.named_parameters() if p.grad is None or not p.grad.isfinite().all() or not p.grad.any()]
    # Softmax does not see what all scores of a row share, so its key biases have a gradient of rounding errors or 0.
    assert [n for n in missing if not n.endswith("key.bias")] == []


@every_variant
def test_one_sample_depends_on_itself_and_not_on_the_others(name, more):
    """Trap 2."""
    model, images = small(name, **more), torch.randn(4, 3, 32, 32)
    assert leak(model, images) < 1e-5
    assert response(model, images) > 1e-3


@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
def test_that_test_catches_a_recurrent_layer_without_batch_first(cell):
    model = small(cell, readout="mean", patch_size=8)
    model.rnn.batch_first = False  # the samples are read as time: all shapes still fit
    assert leak(model, torch.randn(4, 3, 32, 32)) > 1e-3


def test_that_test_catches_an_encoder_layer_without_batch_first():
    torch.manual_seed(0)
    assert leak(EncoderLayer(64, 4, 64), torch.randn(4, 17, 64)) < 1e-5
    assert leak(nn.TransformerEncoderLayer(64, 4, 64), torch.randn(4, 17, 64)) > 1e-3
    # In a ViT nothing leaks, yet it is as broken: class tokens see only each other, and no image at all.
    model = small("vit", patch_size=8)
    model.encoder = nn.TransformerEncoderLayer(64, 4, 64)
    assert response(model, torch.randn(4, 3, 32, 32)) < 1e-5


PATCH_CASES = [(name, size) for name in PATCHED for size in declared(MODELS[name].config)["patch_size"].choices]


@pytest.mark.parametrize(("name", "patch_size"), PATCH_CASES)
def test_every_patch_size_is_accepted(name, patch_size):
    more = {"overlap": False} if name == "renet" else {}
    with torch.no_grad():
        assert small(name, patch_size=patch_size, **more)(torch.randn(2, 3, 32, 32)).shape == (2, 10)


def test_patches_of_every_divisor_are_offered():
    assert {size for name, size in PATCH_CASES if name == "gru"} == {d for d in range(1, 33) if 32 % d == 0}


@every_model
def test_weights_depend_on_torchs_seed_only(name):
    first, second = small(name).state_dict(), small(name).state_dict()
    assert all(torch.equal(first[n], second[n]) for n in first)
    torch.manual_seed(1)
    other = build_model(name, **SMALL.get(name, {})).state_dict()
    assert any(not torch.equal(first[n], other[n]) for n in first)


@every_model
def test_dropout_is_the_labs_own_and_off_in_eval(name):
    model = small(name, dropout=0.5)
    assert not [m for m in model.modules() if isinstance(m, _DropoutNd) or (isinstance(m, nn.RNNBase) and m.dropout)]
    assert any(isinstance(m, Dropout) for m in model.modules())
    images = torch.randn(8, 3, 32, 32)
    seed_dropout(model, 0, "cpu")
    before = torch.get_rng_state()
    first = model(images)
    assert torch.equal(torch.get_rng_state(), before)  # nothing is drawn from the global generator
    assert not torch.allclose(model(images), first)
    seed_dropout(model, 0, "cpu")
    torch.testing.assert_close(model(images), first)
    model.eval()
    assert torch.equal(model(images), model(images))


@every_model
def test_bfloat16_autocast_gives_finite_logits(name):
    with torch.autocast("cpu", torch.bfloat16):
        assert small(name, dropout=0.1)(torch.randn(2, 3, 32, 32)).isfinite().all()


@every_model
def test_a_small_model_learns_a_batch_by_heart(name):
    model = small(name, **{"renet": {"patch_size": 8, "overlap": False}, "cnn": {}}.get(name, {"patch_size": 16}))
    images, labels = torch.randn(8, 3, 32, 32), torch.arange(8)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(40):
        loss = nn.functional.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.3  # from log(10) = 2.3


def test_unknown_models_and_hyperparameters_are_refused():
    with pytest.raises(ConfigError, match=r"no model named 'gruu'\. Did you mean 'gru'"):
        build_model("gruu")
    with pytest.raises(ConfigError, match=r"no hyperparameter named 'hiden_size'\. Did you mean 'hidden_size'"):
        build_model("gru", hiden_size=3)
    with pytest.raises(ConfigError, match="patch_size = 8 does not divide an image of 20 pixels"):
        build_model("gru", Task(image_size=20), patch_size=8)
