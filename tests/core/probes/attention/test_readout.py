"""The head on other tokens than token 0, against the model put together again by hand; shapes against the course's."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from core.errors import ConfigError, DataError
from core.models import Task, build_model
from core.probes.attention.readout import layer_shapes, read_tokens


def vit(**more):
    torch.manual_seed(2)
    model = build_model("vit", Task(num_classes=10), **{"patch_size": 8, "embed_dim": 24, "num_heads": 3, "num_layers": 2, **more}).eval()
    nn.init.normal_(model.head.bias)
    nn.init.normal_(model.norm.weight)
    return model


def images(count=6):
    return torch.randn(count, 3, 32, 32, generator=torch.Generator().manual_seed(7))


def test_the_head_reads_what_is_asked():
    model = vit(positions="grid")
    patches = model.embed(images())
    tokens = torch.cat((model.class_token.expand(6, -1, -1), patches), 1) + model.positions.table
    for layer in model.encoder.layers:
        tokens = layer(tokens)

    def head(features):
        normed = F.layer_norm(features, (24,), model.norm.weight, model.norm.bias)
        return normed @ model.head.weight.T + model.head.bias

    found = read_tokens(model, images())
    assert torch.allclose(found.class_token, model(images()), atol=1e-5)
    assert torch.allclose(found.class_token, head(tokens[:, 0]), atol=1e-5)
    assert torch.allclose(found.each, head(tokens[:, 1:]), atol=1e-5) and found.each.shape == (6, 16, 10)
    assert torch.allclose(found.mean, found.each.mean(1), atol=1e-5)  # the head is linear: the mean of what it says
    labels = found.mean.argmax(1)
    assert found.right(labels) == (found.same, 6)
    firsts = [[int(patch.argmax()) for patch in image] for image in found.each]
    assert found.agreeing.tolist() == [f.count(int(c)) for f, c in zip(firsts, found.class_token.argmax(1), strict=True)]
    assert found.same == sum(a == b for a, b in zip(found.class_token.argmax(1).tolist(), labels.tolist(), strict=True))
    assert not any(part._forward_hooks for part in model.modules())


def test_the_shapes_of_the_course():
    model = build_model("vit", Task(num_classes=10), patch_size=2, embed_dim=64, num_heads=4, num_layers=3).eval()
    tokens = (4, 257, 64)
    assert layer_shapes(model, torch.zeros(4, 3, 32, 32)) == [
        ("images", (4, 3, 32, 32)), ("patches", (4, 256, 64)), ("class token", tokens), ("positions", tokens),
        ("layer 1", tokens), ("layer 2", tokens), ("layer 3", tokens), ("LayerNorm of token 0", (4, 64)), ("head", (4, 10)),
    ]  # fmt: skip
    assert not any(part._forward_hooks for part in model.modules())


def test_without_positions_the_steps_are_the_same():
    assert layer_shapes(vit(positions="none"), images(2))[3] == ("positions", (2, 17, 24))


def test_other_models_and_numbers_that_are_none_are_refused():
    gru = build_model("gru", Task(num_classes=10)).eval()
    for look in (read_tokens, layer_shapes):
        with pytest.raises(ConfigError, match="no class token to swap: choose a ViT"):
            look(gru, images())
    with pytest.raises(DataError, match="no finite numbers"):
        read_tokens(vit(), images() * torch.inf)
