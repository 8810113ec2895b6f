import pytest
import torch
from torch import nn
from torch.nn import functional as F

from core.errors import ConfigError
from core.models.attention import MultiHeadAttention, attention_stages, scaled_dot_product_attention
from core.models.dropout import seed_dropout

B, T, S, D = 2, 6, 9, 5
MASKS = {
    "none": None,
    "causal": torch.ones(T, S, dtype=torch.bool).tril(),
    "padding": torch.tensor([9, 4])[:, None, None] > torch.arange(S),  # (B, 1, S): the second sequence has 4 tokens
    "nothing to read": torch.arange(T)[:, None].expand(T, S) > 1,
}


def qkv(*lead):
    torch.manual_seed(0)
    return (torch.randn(*lead, n, D, dtype=torch.float64, requires_grad=True) for n in (T, S, S))


@pytest.mark.parametrize("mask", MASKS)
def test_by_hand_equals_torch(mask):
    q, k, v = qkv(B)
    output, weights = scaled_dot_product_attention(q, k, v, MASKS[mask])
    expected = F.scaled_dot_product_attention(q, k, v, attn_mask=MASKS[mask])
    assert (output.shape, weights.shape) == ((B, T, D), (B, T, S))
    torch.testing.assert_close(output, expected, rtol=0, atol=1e-14)
    ours, theirs = (torch.autograd.grad(o.square().sum(), (q, k, v)) for o in (output, expected))
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-13)


@pytest.mark.parametrize("mask", MASKS)
def test_rows_sum_to_one_and_masked_cells_are_exactly_zero(mask):
    _, weights = scaled_dot_product_attention(*qkv(B, 3), None if mask == "none" else MASKS[mask].unsqueeze(-3))
    allowed = torch.ones(B, 3, T, S, dtype=torch.bool)
    if mask != "none":
        allowed = MASKS[mask].unsqueeze(-3).expand_as(allowed)
        assert (weights[~allowed] == 0).all()
    torch.testing.assert_close(weights.sum(-1), allowed.any(-1).double(), rtol=0, atol=1e-14)


def test_it_is_scaled_by_the_size_of_a_key():
    """Trap 8: with the number of tokens (here 9 or 6) instead of D = 5 the weights differ."""
    q, k, v = qkv(B)
    expected = (torch.einsum("btd,bsd->bts", q, k) / 5**0.5).softmax(-1)
    torch.testing.assert_close(scaled_dot_product_attention(q, k, v)[1], expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("scale", [None, 1.0, 1 / 6**0.5])
@pytest.mark.parametrize("mask", ["none", "causal", "padding"])
def test_every_stage_follows_from_the_one_before(mask, scale):
    q, k, v = qkv(B)
    found = attention_stages(q, k, v, MASKS[mask], scale=scale)
    close = {"rtol": 0, "atol": 1e-14}
    torch.testing.assert_close(found.scores, torch.einsum("btd,bsd->bts", q, k), **close)
    torch.testing.assert_close(found.scaled, found.scores * (scale or D**-0.5), **close)
    allowed = torch.ones(B, T, S, dtype=torch.bool) if mask == "none" else MASKS[mask].expand(B, T, S)
    assert torch.equal(found.masked[allowed], found.scaled[allowed]) and (found.masked[~allowed] < -1e300).all()
    shares = found.scaled.exp() * allowed
    torch.testing.assert_close(found.weights, shares / shares.sum(-1, keepdim=True), **close)
    torch.testing.assert_close(found.output, F.scaled_dot_product_attention(q, k, v, MASKS[mask], scale=scale), **close)


@pytest.mark.parametrize("heads", [1, 2, 4])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("across", [False, True], ids=["self", "memory"])
def test_several_heads_equal_torch(heads, causal, across):
    torch.manual_seed(0)
    ours, theirs = MultiHeadAttention(8, heads).double(), nn.MultiheadAttention(8, heads, batch_first=True).double()
    copy_attention(ours, theirs)
    x, memory = torch.randn(B, T, 8, dtype=torch.float64), torch.randn(B, S, 8, dtype=torch.float64)
    source = memory if across else x
    mask = torch.ones(T, source.shape[1], dtype=torch.bool).tril() if causal else None
    seen = []
    handle = ours.attend.register_forward_hook(lambda _, args, __: seen.append(scaled_dot_product_attention(*args)[1]))
    output = ours(x, memory if across else None, mask)
    handle.remove()
    blocked = None if mask is None else ~mask  # nn.MultiheadAttention says True where reading is *not* allowed
    expected, weights = theirs(x, source, source, attn_mask=blocked, average_attn_weights=False)
    torch.testing.assert_close(output, expected, rtol=0, atol=1e-14)
    torch.testing.assert_close(seen[0], weights, rtol=0, atol=1e-14)  # (B, heads, T, S)


def copy_attention(ours, theirs):
    with torch.no_grad():
        for i, linear in enumerate((ours.query, ours.key, ours.value)):
            nn.init.normal_(linear.bias)
            theirs.in_proj_weight.unflatten(0, (3, -1))[i] = linear.weight
            theirs.in_proj_bias.unflatten(0, (3, -1))[i] = linear.bias
        theirs.out_proj.load_state_dict(ours.output.state_dict())


def test_dropout_acts_on_the_weights_while_training_only():
    torch.manual_seed(0)
    dropping, plain = MultiHeadAttention(8, 2, dropout=0.5), MultiHeadAttention(8, 2)
    plain.load_state_dict(dropping.state_dict())
    x = torch.randn(B, T, 8)
    seed_dropout(dropping, 0, "cpu")
    first, second = dropping(x), dropping(x)
    assert not torch.allclose(first, second)
    seed_dropout(dropping, 0, "cpu")
    torch.testing.assert_close(dropping(x), first)
    torch.testing.assert_close(dropping.eval()(x), plain(x))


@pytest.mark.parametrize("heads", [3, 0, 128])
def test_heads_must_divide_the_width(heads):
    with pytest.raises(ConfigError, match=f"num_heads = {heads} does not divide embed_dim = 64: choose one of 1, 2, 4, 8, 16"):
        MultiHeadAttention(64, heads)
