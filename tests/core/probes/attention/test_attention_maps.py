"""Attention maps against nn.MultiheadAttention, against NumPy written apart, and against attention of which the answer is known."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from core.errors import ConfigError, DataError
from core.models import Task, build_model
from core.models.attention import Attend, MultiHeadAttention
from core.models.transformer import Encoder
from core.probes.attention.maps import (
    attention_distance,
    attention_entropy,
    attention_rollout,
    even_distance,
    gradient_attention,
    grid_of,
    patch_distances,
    record_attention,
)

B, T, C, H, L = 3, 17, 24, 3, 2
DTYPES = [torch.float32, torch.float64]


def vit(**more):
    torch.manual_seed(1)
    wanted = {"patch_size": 8, "embed_dim": C, "num_heads": H, "num_layers": L, **more}
    return build_model("vit", Task(num_classes=5), **wanted).eval()


def images(count=B):
    return torch.randn(count, 3, 32, 32, generator=torch.Generator().manual_seed(7))


def hooks(model):
    return sum(len(part._forward_hooks) for part in model.modules())


def oracle(attention):
    """nn.MultiheadAttention with the weights of one of ours."""
    other = nn.MultiheadAttention(C, H, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        linears = attention.query, attention.key, attention.value
        other.in_proj_weight.copy_(torch.cat([linear.weight for linear in linears]))
        other.in_proj_bias.copy_(torch.cat([linear.bias for linear in linears]))
        other.out_proj.load_state_dict(attention.output.state_dict())
    return other.eval()


# ---- recording ----


@pytest.mark.parametrize("dtype", DTYPES)
def test_weights_are_those_of_torch_layer_by_layer(dtype):
    torch.manual_seed(0)
    encoder = Encoder(C, H, L, 2 * C, dropout=0.3).eval()
    for part in encoder.modules():  # biases are 0 at first: they must count
        if isinstance(part, nn.Linear):
            nn.init.normal_(part.bias)
    tokens = torch.randn(B, T, C)
    record = record_attention(encoder, tokens, dtype=dtype)
    assert record.weights.shape == (B, L, H, T, T) and record.weights.dtype == dtype
    inside = tokens.double()
    encoder.double()
    for number, layer in enumerate(encoder.layers):
        read = layer.norm1(inside)
        _, weights = oracle(layer.attention)(read, read, read, need_weights=True, average_attn_weights=False)
        assert torch.allclose(record.weights[:, number].double(), weights, atol=1e-12 if dtype == torch.float64 else 1e-6, rtol=0)
        inside = layer(inside)
    assert torch.allclose(record.answers.double(), inside, atol=1e-10 if dtype == torch.float64 else 1e-4)
    assert record.passed and record.rows_off <= record.tolerance


def test_a_mask_is_seen():
    torch.manual_seed(0)
    encoder = Encoder(C, H, 1, C).eval()
    below = torch.ones(T, T, dtype=torch.bool).tril()

    class Causal(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = encoder

        def forward(self, tokens):
            return self.encoder(tokens, below)

    record = record_attention(Causal().eval(), torch.randn(B, T, C))
    assert (record.weights[..., ~below] == 0).all() and (record.weights[..., 0, 0] == 1).all()
    assert record.least_first == 0 < record_attention(encoder, torch.randn(B, T, C)).least_first < 1 / T


@pytest.mark.parametrize("positions", ["none", "learned", "sinusoidal", "grid", "index"])
def test_any_vit_is_recorded_and_answers_as_before(positions):
    model = vit(positions=positions, dropout=0.5)
    with torch.no_grad():
        plain = model(images())
    record = record_attention(model, images())
    assert record.weights.shape == (B, L, H, 17, 17) and torch.equal(record.answers, plain)
    assert record.passed and record.weights.min() >= 0 and record.weights.max() <= 1
    assert next(model.parameters()).dtype == torch.float32 and hooks(model) == 0


def test_the_record_says_when_a_model_attended_otherwise():
    class Shifted(Attend):
        def forward(self, q, k, v, mask=None):
            return super().forward(q, k, v, mask) + 0.01

    model = vit()
    model.encoder.layers[0].attention.attend = Shifted().eval()
    record = record_attention(model, images())
    assert not record.passed and record.outputs_off > 1e-3 > record.rows_off


def test_hooks_are_gone_after_an_error():
    model = vit()
    for look in (lambda: record_attention(model, images()[:, :, :30]), lambda: gradient_attention(model, images()[:, :, :30], 0)):
        with pytest.raises(Exception):  # noqa: B017 - whatever the model raises
            look()
        assert hooks(model) == 0

    def fail(*_):
        raise RuntimeError("in the middle")

    handle = model.encoder.layers[1].register_forward_pre_hook(fail)
    with pytest.raises(RuntimeError, match="in the middle"):
        record_attention(model, images())
    handle.remove()
    assert hooks(model) == 0


def test_a_model_without_attention_is_refused():
    gru = build_model("gru", Task(num_classes=5)).eval()
    for look in (lambda: record_attention(gru, images()), lambda: gradient_attention(gru, images(), 0)):
        with pytest.raises(ConfigError, match="has no attention to look at: choose a model that has, such as a ViT"):
            look()


def test_train_mode_is_refused_with_the_reason():
    model = vit(dropout=0.5)
    model.encoder.layers[1].train()
    for look in (lambda: record_attention(model, images()), lambda: gradient_attention(model, images(), 0)):
        with pytest.raises(ConfigError, match="train mode, in which dropout changes attention weights: some would exceed 1"):
            look()


def test_layers_of_other_shapes_numbers_that_are_none_and_other_precisions_are_refused():
    class Cross(nn.Module):
        def __init__(self):
            super().__init__()
            self.own, self.other = MultiHeadAttention(C, H), MultiHeadAttention(C, H)

        def forward(self, tokens):
            return self.other(self.own(tokens), tokens[:, :4])

    with pytest.raises(ConfigError, match="do not all attend between the same tokens"):
        record_attention(Cross().eval(), torch.randn(B, T, C))
    with pytest.raises(DataError, match="no finite numbers"):
        record_attention(vit(), images() * torch.nan)
    with pytest.raises(ConfigError, match="float32 or float64, not in torch.float16"):
        record_attention(vit(), images(), dtype=torch.float16)


# ---- gradient times attention ----


class Nudged(Attend):
    """Attention written apart, one of whose weights is changed by a small amount."""

    def __init__(self, place, amount):
        super().__init__()
        self.place, self.amount = place, amount

    def forward(self, q, k, v, mask=None):
        scores = torch.einsum("bhtd,bhsd->bhts", q, k) / math.sqrt(q.shape[-1])
        weights = torch.exp(scores) / torch.exp(scores).sum(-1, keepdim=True)
        weights[self.place] += self.amount
        self.weights = weights
        return torch.einsum("bhts,bhsd->bhtd", weights, v)


@pytest.mark.parametrize(("layer", "head", "row", "column"), [(0, 0, 0, 3), (0, 2, 5, 5), (0, 1, 9, 0), (1, 1, 0, 7), (1, 0, 4, 2)])
def test_gradient_times_attention_is_a_finite_difference(layer, head, row, column):
    model, picture, step = vit().double(), images(2).double(), 1e-6
    target = torch.tensor([3, 1])
    found = gradient_attention(model, picture, target, dtype=torch.float64)
    assert found.shape == (2, L, H, 17, 17) and (found >= 0).all() and found.max() > 0
    for image in range(2):
        logits = []
        for amount in (step, -step):
            nudged = Nudged((image, head, row, column), amount).eval()
            model.encoder.layers[layer].attention.attend = nudged
            with torch.no_grad():
                logits.append(model(picture)[image, target[image]].item())
        model.encoder.layers[layer].attention.attend = Attend().eval()
        weight = nudged.weights[image, head, row, column].item() + step
        slope = (logits[0] - logits[1]) / (2 * step)
        assert found[image, layer, head, row, column].item() == pytest.approx(max(0.0, slope * weight), abs=1e-8)


def test_in_the_last_layer_only_the_token_that_is_read_matters():
    found = gradient_attention(vit(), images(), 2)
    assert (found[:, -1, :, 1:] == 0).all() and found[:, -1, :, 0].max() > 0 and found[:, 0, :, 1:].max() > 0


def test_frozen_parameters_have_a_gradient_for_attention_too():
    model = vit()
    free = gradient_attention(model, images(), 1)
    assert torch.equal(gradient_attention(model.requires_grad_(False), images(), 1), free)
    assert hooks(model) == 0 and not free.requires_grad


# ---- rollout ----


def test_rollout_is_what_numpy_makes_of_it():
    weights = torch.rand(2, 4, H, T, T, dtype=torch.float64, generator=torch.Generator().manual_seed(3)).softmax(-1)
    found = attention_rollout(weights)
    assert found.shape == (2, 4, T, T)
    for image in range(2):
        whole = np.identity(T)
        for layer in range(4):
            mean = sum(weights[image, layer, head].numpy() for head in range(H)) / H
            whole = (0.5 * mean + 0.5 * np.identity(T)).dot(whole)
            np.testing.assert_allclose(found[image, layer].numpy(), whole, atol=1e-14)
    assert (found.sum(-1) - 1).abs().max() < 1e-12


# ---- distance and entropy ----


def attention_to(side, choose, lead=0):
    """Attention of every patch to the patches that `choose(row, column)` names, alike; of and to the class token even or none."""
    tokens = side**2 + lead
    weights = torch.zeros(tokens, tokens)
    for row in range(side):
        for column in range(side):
            places = choose(row, column)
            for r, c in places:
                weights[lead + row * side + column, lead + r * side + c] = 1 / len(places)
    return weights


@pytest.mark.parametrize("lead", [0, 1])
@pytest.mark.parametrize("side", [1, 2, 5])
def test_distance_of_known_attention(side, lead):
    everywhere = [(r, c) for r in range(side) for c in range(side)]
    even = sum(math.dist(one, other) for one in everywhere for other in everywhere) / len(everywhere) ** 2
    assert attention_distance(attention_to(side, lambda r, c: everywhere, lead)).item() == pytest.approx(even, abs=1e-6)
    assert even_distance(side) == pytest.approx(even, abs=1e-12)
    assert attention_distance(attention_to(side, lambda r, c: [(r, c)], lead)).item() == 0
    if side > 1:
        beside = attention_to(side, lambda r, c: [(r, c + 1 if c + 1 < side else c - 1)], lead)
        assert attention_distance(beside).item() == pytest.approx(1, abs=1e-6)
        corner = attention_to(side, lambda r, c: [(0, 0)], lead)
        assert attention_distance(corner).item() == pytest.approx(sum(math.hypot(*place) for place in everywhere) / side**2, abs=1e-6)


def test_what_goes_to_the_class_token_is_left_out_of_the_distance():
    beside = attention_to(4, lambda r, c: [(r, c + 1 if c < 3 else c - 1)], lead=1)
    mostly = 0.1 * beside
    mostly[:, 0] = 0.9
    assert attention_distance(mostly).item() == pytest.approx(1, abs=1e-6)
    mostly[1:9] = 0
    mostly[1:9, 0] = 1  # half of the patches read nothing else
    assert attention_distance(mostly).item() == pytest.approx(1, abs=1e-6)
    mostly[1:, 1:] = 0
    assert math.isnan(attention_distance(mostly).item())


def test_distance_and_entropy_of_many_at_once():
    weights = torch.rand(2, L, H, T, T, generator=torch.Generator().manual_seed(3)).softmax(-1)
    for measure in (attention_distance, attention_entropy):
        found = measure(weights)
        assert found.shape == (2, L, H) and found[1, 0, 2].item() == pytest.approx(measure(weights[1, 0, 2]).item(), abs=1e-12)


def test_entropy_is_that_of_the_rows():
    weights = torch.rand(H, T, T, generator=torch.Generator().manual_seed(3)).mul(9).softmax(-1)
    rows = weights.double().numpy()
    np.testing.assert_allclose(attention_entropy(weights), -(rows * np.log2(rows)).sum(-1).mean(-1), atol=1e-12)
    assert attention_entropy(torch.eye(T)).item() == 0
    assert attention_entropy(torch.full((T, T), 1 / T)).item() == pytest.approx(math.log2(T), abs=1e-6)


@pytest.mark.parametrize(
    ("tokens", "wanted"), [(1, (1, 0)), (2, (1, 1)), (4, (2, 0)), (5, (2, 1)), (64, (8, 0)), (65, (8, 1)), (257, (16, 1))]
)
def test_grid_of(tokens, wanted):
    assert grid_of(tokens) == wanted


@pytest.mark.parametrize("tokens", [0, 3, 6, 63])
def test_what_is_no_grid_is_refused(tokens):
    with pytest.raises(ConfigError, match=f"{tokens} tokens are no square grid"):
        grid_of(tokens)


def test_patch_distances_are_euclidean():
    assert patch_distances(4)[0, 4 * 2 + 1].item() == pytest.approx(math.sqrt(5)) and (patch_distances(4).diag() == 0).all()
