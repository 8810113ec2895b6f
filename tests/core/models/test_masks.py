import itertools

import pytest
import torch
from torch import nn

from core.errors import ConfigError
from core.hparams import declared
from core.models.attention import scaled_dot_product_attention
from core.models.masks import MASKS, both, mask_named, padding_mask, subsequent_mask
from core.models.seq2seq_configs import EncoderDecoderConfig

PADDING = torch.tensor([[0, 0, 0, 0, 1], [0, 0, 1, 1, 1], [0, 1, 0, 1, 0]], dtype=torch.bool)


@pytest.mark.parametrize("length", [1, 2, 7, 64])
def test_the_square_subsequent_mask_is_that_of_torch(length):
    theirs = nn.Transformer.generate_square_subsequent_mask(length)  # 0 where allowed, -inf elsewhere
    assert torch.equal(subsequent_mask(length), theirs == 0)


@pytest.mark.parametrize("shift", [-1, 0, 1, 2])
def test_a_shift_moves_the_diagonal(shift):
    mask = subsequent_mask(6, shift=shift)
    assert all(mask[t, s].item() == (s <= t + shift) for t, s in itertools.product(range(6), repeat=2))


def test_padding_is_read_by_nobody():
    mask = padding_mask(PADDING)
    assert mask.shape == (3, 1, 1, 5)
    assert torch.equal(mask.expand(3, 1, 5, 5)[:, 0, 2], ~PADDING)


def allowed(name, row, t, s):
    """What a mask says in words."""
    later = {"none": True, "padding": True, "subsequent": s <= t, "both": s <= t, "off-by-one": s <= t + 1}[name]
    return later and not (name in ("padding", "both") and bool(row[s]))


@pytest.mark.parametrize("name", MASKS)
def test_every_mask_by_brute_force(name):
    matrix = MASKS[name].matrix(PADDING)
    assert matrix.shape == (3, 5, 5)
    for b, t, s in itertools.product(range(3), range(5), range(5)):
        assert matrix[b, t, s].item() == allowed(name, PADDING[b], t, s)


@pytest.mark.parametrize("name", MASKS)
def test_attention_takes_what_is_built(name):
    """Weights are 0 exactly where the matrix forbids reading, for one head and for several."""
    q = torch.randn(3, 2, 5, 4)
    _, weights = scaled_dot_product_attention(q, q, q, MASKS[name].build(PADDING))
    assert torch.equal(weights > 0, MASKS[name].matrix(PADDING)[:, None].expand(3, 2, 5, 5))


def test_no_two_masks_are_alike():
    matrices = [mask.matrix(PADDING) for mask in MASKS.values()]
    assert all(not torch.equal(a, b) for a, b in itertools.combinations(matrices, 2))
    assert [name for name, mask in MASKS.items() if mask.causal] == ["subsequent", "both"]


def test_both_is_the_one_and_the_other():
    assert torch.equal(both(PADDING), subsequent_mask(5) & padding_mask(PADDING))


def test_the_config_offers_every_mask():
    assert set(declared(EncoderDecoderConfig)["mask"].choices) == set(MASKS)


def test_an_unknown_mask_is_named():
    with pytest.raises(ConfigError, match="Did you mean 'subsequent'"):
        mask_named("subsequnt")
