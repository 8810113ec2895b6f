import pytest
import torch
from torch import nn

from core.models.transformer import Encoder, EncoderLayer


def torch_layer(layer, dropout=0.0):
    """nn.TransformerEncoderLayer with the weights of `layer`."""
    dim, mlp_dim = layer.mlp[0].in_features, layer.mlp[0].out_features
    twin = nn.TransformerEncoderLayer(
        dim, layer.attention.num_heads, mlp_dim, dropout, "gelu", batch_first=True, norm_first=layer.norm_first
    ).double()
    attention = layer.attention
    qkv = (attention.query, attention.key, attention.value)
    with torch.no_grad():
        twin.self_attn.in_proj_weight.copy_(torch.cat([linear.weight for linear in qkv]))
        twin.self_attn.in_proj_bias.copy_(torch.cat([linear.bias for linear in qkv]))
    pairs = {"self_attn.out_proj": attention.output, "linear1": layer.mlp[0], "linear2": layer.mlp[3]}
    for name, module in {**pairs, "norm1": layer.norm1, "norm2": layer.norm2}.items():
        twin.get_submodule(name).load_state_dict(module.state_dict())
    return twin


def scrambled(module):
    """Every parameter random, so that none can be swapped or left out unnoticed."""
    torch.manual_seed(0)
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.3)
    return module.double()


@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize("masked", [False, True])
def test_a_layer_equals_torch(norm_first, masked):
    layer = scrambled(EncoderLayer(16, 4, 24, norm_first=norm_first))
    x = torch.randn(4, 10, 16, dtype=torch.float64, requires_grad=True)
    mask = torch.ones(10, 10, dtype=torch.bool).tril() if masked else None
    ours, theirs = layer(x, mask), torch_layer(layer)(x, None if mask is None else ~mask)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)
    gradients = (torch.autograd.grad(y.square().sum(), x)[0] for y in (ours, theirs))
    torch.testing.assert_close(*gradients, rtol=0, atol=1e-10)


def test_an_encoder_is_its_layers_one_after_the_other():
    encoder = scrambled(Encoder(16, 4, 3, 24))
    x = torch.randn(2, 10, 16, dtype=torch.float64)
    expected = x
    for layer in encoder.layers:
        expected = torch_layer(layer)(expected)
    assert len(encoder.layers) == 3
    torch.testing.assert_close(encoder(x), expected, rtol=0, atol=1e-11)


def test_every_layer_of_an_encoder_gets_the_mask():
    """Two layers with a triangle: what stands later changes nothing before it, in none of them."""
    encoder, tokens = Encoder(16, 4, 2, 24).eval(), torch.randn(2, 6, 16)
    mask, other = torch.ones(6, 6, dtype=torch.bool).tril(), tokens.clone()
    other[:, 4:] = torch.randn(2, 2, 16)
    with torch.no_grad():
        one, two = encoder(tokens, mask), encoder(other, mask)
        assert torch.equal(one[:, :4], two[:, :4]) and not torch.allclose(one[:, 4:], two[:, 4:])
        assert not torch.allclose(encoder(tokens)[:, :4], encoder(other)[:, :4])  # without it all changes


def test_the_course_checks_its_shape():
    assert EncoderLayer(64, 4, 128)(torch.randn(4, 100, 64)).shape == (4, 100, 64)


def test_dropout_stands_where_torch_has_it():
    """At attention weights, inside the network and at both residual branches: four places."""
    from core.models.dropout import Dropout

    places = [name for name, module in EncoderLayer(16, 4, 24, 0.1).named_modules() if isinstance(module, Dropout)]
    assert places == ["attention.attend.dropout", "mlp.2", "dropout1", "dropout2"]
