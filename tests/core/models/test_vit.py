import pytest
import torch

from core.errors import ConfigError
from core.models import build_model

TINY = {"embed_dim": 16, "num_heads": 2, "num_layers": 2, "patch_size": 8}


def tiny(**more):
    torch.manual_seed(0)
    return build_model("vit", **{**TINY, **more}).double().eval()


def test_the_course_model():
    model = build_model("vit", patch_size=2).eval()
    assert model(torch.randn(4, 3, 32, 32)).shape == (4, 10)
    assert model.positions.table.shape == (257, 64)
    assert len(model.encoder.layers) == 3
    assert model.encoder.layers[0].attention.num_heads == 4


def test_the_forward_pass_by_hand():
    model = tiny()
    images = torch.randn(2, 3, 32, 32, dtype=torch.float64)
    tokens = torch.cat((model.class_token.repeat(2, 1, 1), model.embed(images)), 1) + model.positions.table
    for layer in model.encoder.layers:
        tokens = layer(tokens)
    torch.testing.assert_close(model(images), model.head(model.norm(tokens)[:, 0]), rtol=0, atol=1e-14)


@pytest.mark.parametrize(("positions", "same"), [("none", True), ("learned", False), ("sinusoidal", False), ("rotary", False)])
def test_without_positions_the_model_sees_a_bag_of_patches(positions, same):
    """Patches are permuted, the class token stays: its logits are invariant only if nothing tells places apart."""
    model = tiny(positions=positions)
    images = torch.randn(2, 3, 32, 32, dtype=torch.float64)
    expected = model(images)
    order = torch.randperm(16)
    handle = model.embed.register_forward_hook(lambda _, __, patches: patches[:, order])
    difference = (model(images) - expected).abs().max().item()
    handle.remove()
    assert (difference < 1e-12) is same


def test_rotary_positions_are_in_every_layer_and_hold_no_weights():
    model, plain = tiny(positions="rotary"), tiny(positions="none")
    assert all(layer.attention.rotary is not None for layer in model.encoder.layers)
    assert model.state_dict().keys() == plain.state_dict().keys()
    assert all(layer.attention.rotary is None for layer in plain.encoder.layers)


@pytest.mark.parametrize("mlp_ratio", [0.5, 2.5])
def test_the_width_of_the_feed_forward_network(mlp_ratio):
    assert tiny(mlp_ratio=mlp_ratio).encoder.layers[0].mlp[0].out_features == 16 * mlp_ratio


def test_heads_must_divide_the_width():
    with pytest.raises(ConfigError, match="num_heads = 3 does not divide embed_dim = 16"):
        tiny(num_heads=3)
