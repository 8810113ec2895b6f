"""Scan orders as permutations, and what reading costs, counted on the modules that do it."""

import numpy as np
import pytest
import torch

from core.errors import ConfigError
from core.models import Task
from core.models.attention import scaled_dot_product_attention
from core.models.configs import PATCH_SIZES, RecurrentConfig, ViTConfig
from core.models.orders import ORDERS, inverse, reading, scan_order
from core.models.recurrent import RecurrentClassifier
from core.models.vit import ViT

SIDES = [32 // p for p in PATCH_SIZES]


@pytest.mark.parametrize("kind", ORDERS)
@pytest.mark.parametrize("side", SIDES)
def test_every_order_reads_every_patch_once_and_can_be_undone(kind, side):
    order = scan_order(kind, side)
    assert order.dtype == np.int64 and sorted(order.tolist()) == list(range(side * side))
    tokens = torch.randn(2, side * side, 3)
    assert torch.equal(tokens[:, order][:, inverse(order)], tokens)
    assert inverse(inverse(order)).tolist() == order.tolist()


def test_orders_by_hand():
    assert scan_order("rows", 3).tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert scan_order("columns", 3).tolist() == [0, 3, 6, 1, 4, 7, 2, 5, 8]
    assert scan_order("snake", 3).tolist() == [0, 1, 2, 5, 4, 3, 6, 7, 8]
    assert scan_order("hilbert", 2).tolist() == [0, 1, 3, 2]  # right, down, left


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("kind", ["snake", "hilbert"])
def test_a_snake_and_hilberts_curve_never_jump(kind, side):
    row, column = np.divmod(scan_order(kind, side), side)
    assert (np.abs(np.diff(row)) + np.abs(np.diff(column)) == 1).all()


@pytest.mark.parametrize("side", [4, 8, 16, 32])
def test_hilberts_curve_fills_square_after_square(side):
    """Each block of 4^k places that starts at a multiple of it is a square of 2^k patches, whatever the level."""
    places = np.stack(np.divmod(scan_order("hilbert", side), side), axis=1)
    for size in (2**k for k in range(1, side.bit_length())):
        corners = places.reshape(-1, size * size, 2) // size
        assert (corners == corners[:, :1]).all()


@pytest.mark.parametrize("side", [8, 16, 32])
def test_the_random_order_is_always_the_same_and_far_from_rows(side):
    order = scan_order("random", side)
    assert order.tolist() == scan_order("random", side).tolist()
    assert (np.diff(order) == 1).mean() < 0.1


def test_orders_that_there_are_not():
    with pytest.raises(ConfigError, match="no scan order named 'hilbrt'. Did you mean 'hilbert'"):
        scan_order("hilbrt", 4)
    for side in (0, 3, 6):
        with pytest.raises(ConfigError, match=f"not of {side}: choose another order"):
            scan_order("hilbert", side)


@pytest.mark.parametrize("patch_size", [4, 8, 16, 32])
def test_the_cost_is_what_the_modules_do(patch_size):
    images, task = torch.randn(1, 3, 32, 32), Task()
    gru = RecurrentClassifier(task, RecurrentConfig(patch_size=patch_size, embed_dim=8, hidden_size=4), cell="gru")
    states = []
    gru.rnn.register_forward_hook(lambda module, inputs, output: states.append(output[0]))
    gru(images)
    vit = ViT(task, ViTConfig(patch_size=patch_size, embed_dim=8, num_heads=1, num_layers=1))
    weights = []
    attend = vit.encoder.layers[0].attention.attend
    attend.register_forward_hook(lambda module, inputs, output: weights.append(scaled_dot_product_attention(*inputs[:3])[1]))
    vit(images)
    cost = reading(patch_size)
    assert cost.tokens == gru.embed.num_patches and cost.gru_steps == states[0].shape[1]
    assert cost.values == gru.embed.project.weight[0].numel()
    assert reading(patch_size, class_token=True).attention_cells == weights[0].numel()
    assert cost.attention_cells == cost.tokens**2


def test_the_course_reads_256_tokens():
    assert (reading(2).tokens, reading(2).values, reading(2, class_token=True).attention_cells) == (256, 12, 257**2)
    with pytest.raises(ConfigError, match="patch_size = 5 does not divide an image of 32 pixels"):
        reading(5)
