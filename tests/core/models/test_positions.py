import math

import pytest
import torch

from core.errors import ConfigError
from core.hparams import declared
from core.models.configs import ViTConfig
from core.models.positions import POSITIONS, LearnedPositions, build_positions, grid_positions, sinusoidal_positions


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
