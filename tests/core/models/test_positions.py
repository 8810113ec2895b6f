import math

import pytest
import torch

from core.errors import ConfigError
from core.hparams import declared
from core.models.attention import MultiHeadAttention, scaled_dot_product_attention
from core.models.configs import ViTConfig
from core.models.positions import POSITIONS, LearnedPositions, Rotary, add_positions, build_positions, grid_positions, sinusoidal_positions


@pytest.mark.parametrize(("length", "dim"), [(257, 64), (10, 7), (1, 1), (5, 2)])
def test_sinusoidal_positions_are_the_printed_formula(length, dim):
    table = sinusoidal_positions(length, dim)
    assert table.shape == (length, dim)
    assert table.dtype == torch.float32
    for position in range(length):
        for j in range(dim):
            two_i = j - j % 2
            angle = position / 10000 ** (two_i / dim)
            expected = math.cos(angle) if j % 2 else math.sin(angle)
            assert table[position, j].item() == pytest.approx(expected, abs=1e-6)


def test_a_shift_is_a_rotation():
    """Why sines and cosines: the products of two positions depend on their distance only."""
    table = sinusoidal_positions(100, 64).double()
    products = table @ table.T
    for distance in (0, 1, 17):
        diagonal = products.diagonal(distance)
        torch.testing.assert_close(diagonal, diagonal[:1].expand_as(diagonal), rtol=0, atol=1e-4)


def test_each_kind_adds_what_it_says():
    tokens = torch.randn(2, 9, 8)
    assert torch.equal(build_positions("none", 9, 8)(tokens), tokens)
    sinusoidal = build_positions("sinusoidal", 9, 8)
    assert torch.equal(sinusoidal(tokens), tokens + sinusoidal_positions(9, 8))
    assert not list(sinusoidal.parameters()) and not sinusoidal.state_dict()
    learned = build_positions("learned", 9, 8)
    assert isinstance(learned, LearnedPositions)
    learned(tokens).sum().backward()
    assert torch.equal(learned.table.grad, torch.full((9, 8), 2.0))  # one table for the whole batch of 2


@pytest.mark.parametrize("lead", [0, 1])
@pytest.mark.parametrize(("side", "dim"), [(16, 64), (4, 7), (1, 2)])
def test_grid_positions_are_those_of_row_and_column(side, dim, lead):
    table = grid_positions(side**2 + lead, dim)
    rows, columns = sinusoidal_positions(side, (dim + 1) // 2), sinusoidal_positions(side, dim // 2)
    assert not table[:lead].any()
    for t in range(side**2):
        assert torch.equal(table[lead + t], torch.cat((rows[t // side], columns[t % side])))


def test_in_a_grid_neighbours_above_are_as_near_as_those_beside():
    """What the index alone does not know: in reading order the token above is a whole row away."""
    near = {kind: table @ table.T for kind, table in (("grid", grid_positions(256, 64)), ("sinusoidal", sinusoidal_positions(256, 64)))}
    beside, above = (7 * 16 + 7, 7 * 16 + 8), (7 * 16 + 7, 8 * 16 + 7)
    assert near["grid"][beside].item() == pytest.approx(near["grid"][above].item(), abs=1e-4)
    assert near["sinusoidal"][beside] > near["sinusoidal"][above] + 1


@pytest.mark.parametrize("length", [3, 7, 255])
def test_a_grid_has_a_square_number_of_tokens(length):
    with pytest.raises(ConfigError, match=f"{length} is neither"):
        grid_positions(length, 8)


def test_the_index_is_added_to_every_feature():
    tokens = torch.randn(2, 9, 8)
    assert torch.equal(build_positions("index", 9, 8)(tokens), tokens + torch.arange(9.0)[:, None])


def test_every_kind_can_be_chosen_for_a_vit():
    assert set(declared(ViTConfig)["positions"].choices) == set(POSITIONS)


def test_an_unknown_kind_is_refused():
    with pytest.raises(ConfigError, match=r"no positions named 'learnt'\. Did you mean 'learned'"):
        build_positions("learnt", 9, 8)


def turned_as_complex_numbers(features):
    """RoPE once more: features 2i and 2i+1 as one complex number, times e^(i angle)."""
    length, dim = features.shape[-2:]
    angle = torch.tensor([[m * 10000 ** (-2 * i / dim) for i in range(dim // 2)] for m in range(length)], dtype=torch.float64)
    turned = torch.view_as_complex(features.unflatten(-1, (-1, 2)).contiguous()) * torch.polar(torch.ones_like(angle), angle)
    return torch.view_as_real(turned).flatten(-2)


@pytest.mark.parametrize(("length", "dim"), [(65, 16), (7, 2), (1, 8), (257, 6)])
def test_rotary_positions_multiply_complex_numbers(length, dim):
    torch.manual_seed(0)
    features = torch.randn(2, 3, length, dim, dtype=torch.float64)
    found = Rotary(dim)(features)
    torch.testing.assert_close(found, turned_as_complex_numbers(features), rtol=0, atol=1e-13)
    torch.testing.assert_close(found.norm(dim=-1), features.norm(dim=-1), rtol=0, atol=1e-13)
    assert torch.equal(found[..., 0, :], features[..., 0, :])


@pytest.mark.parametrize(("dtype", "atol"), [(torch.float32, 1e-5), (torch.bfloat16, 0.05)])
def test_rotary_positions_keep_the_dtype_and_its_precision(dtype, atol):
    features = torch.randn(257, 8).to(dtype)
    found = Rotary(8)(features)
    assert found.dtype == dtype
    torch.testing.assert_close(found.double(), turned_as_complex_numbers(features.double()), rtol=0, atol=atol)


@pytest.mark.parametrize("start", [0, 1, 5])
def test_tokens_that_come_later_stand_where_they_are(start):
    """Token by token as all at once: positions are turned, and rows of a table are added, from `start` on."""
    tokens = torch.randn(2, 3, 9, 8)
    assert torch.equal(Rotary(8)(tokens[:, :, start:], start), Rotary(8)(tokens)[:, :, start:])
    for kind in ("sinusoidal", "learned", "none"):
        positions = build_positions(kind, 12, 8)
        assert torch.equal(add_positions(positions, tokens[0, :, start:], start), add_positions(positions, tokens[0])[:, start:])
    attention = MultiHeadAttention(16, 2, rotary=True).eval()
    source = torch.randn(1, 9, 16)
    keys, values = attention.keys_values(source)
    with torch.no_grad():
        late = attention.read(source[:, start:], *attention.keys_values(source), start=start)
        torch.testing.assert_close(late, attention(source)[:, start:])
        for whole, part in zip((keys, values), attention.keys_values(source[:, start:], start), strict=True):
            torch.testing.assert_close(part, whole[:, :, start:])


def test_rotary_scores_depend_on_the_distance_alone():
    """The same query and key at all places: each diagonal of the scores is constant, and a shift of both changes nothing."""
    torch.manual_seed(0)
    q, k = (torch.randn(16, dtype=torch.float64).expand(40, 16) for _ in range(2))
    scores = Rotary(16)(q) @ Rotary(16)(k).T
    for shift in (1, 5, 17):
        assert (scores[shift:, shift:] - scores[:-shift, :-shift]).abs().max() < 1e-12
    assert (scores[0] - scores[0, 0]).abs().max() > 0.1  # and the distance does matter
    assert (scores - scores.T).abs().max() > 0.1  # with its sign: before is not behind


@pytest.mark.parametrize("across", [False, True], ids=["self", "memory"])
def test_attention_is_given_what_is_turned_and_leaves_values_alone(across):
    torch.manual_seed(0)
    attention = MultiHeadAttention(16, 2, rotary=True).double()
    tokens, memory = torch.randn(2, 5, 16, dtype=torch.float64), torch.randn(2, 7, 16, dtype=torch.float64)
    seen = []
    attention.attend.register_forward_hook(lambda _, args, output: seen.append((args, output)))
    found = attention(tokens, memory if across else None)
    source = memory if across else tokens
    split = lambda x: x.unflatten(-1, (2, 8)).transpose(1, 2)  # noqa: E731
    q, k = (turned_as_complex_numbers(split(x)) for x in (attention.query(tokens), attention.key(source)))
    (args, output), *_ = seen
    for ours, expected in zip(args, (q, k, split(attention.value(source)), None), strict=True):
        torch.testing.assert_close(ours, expected, rtol=0, atol=1e-13)
    torch.testing.assert_close(output, scaled_dot_product_attention(*args[:3])[0], rtol=0, atol=1e-13)
    torch.testing.assert_close(found, attention.output(output.transpose(1, 2).flatten(2)), rtol=0, atol=1e-13)


def test_rotary_positions_add_nothing_and_hold_no_weights():
    tokens = torch.randn(2, 9, 8)
    assert torch.equal(build_positions("rotary", 9, 8)(tokens), tokens)
    assert not Rotary(8).state_dict() and not list(Rotary(8).parameters())
    plain, rotary = MultiHeadAttention(8, 2), MultiHeadAttention(8, 2, rotary=True)
    assert rotary.state_dict().keys() == plain.state_dict().keys()


def test_pairs_need_an_even_head():
    with pytest.raises(ConfigError, match="cannot be 3 wide"):
        Rotary(3)
    with pytest.raises(ConfigError, match="each of 8 heads has 3 of them: choose fewer heads"):
        ViTConfig.of({"positions": "rotary", "embed_dim": 24, "num_heads": 8})
    assert ViTConfig.of({"positions": "learned", "embed_dim": 24, "num_heads": 8}).num_heads == 8
    assert ViTConfig.of({"positions": "rotary", "embed_dim": 24, "num_heads": 6}).num_heads == 6
