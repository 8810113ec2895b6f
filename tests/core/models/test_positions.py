import math

import pytest
import torch

from core.errors import ConfigError
from core.models.positions import LearnedPositions, build_positions, sinusoidal_positions


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


def test_an_unknown_kind_is_refused():
    with pytest.raises(ConfigError, match=r"no positions named 'learnt'\. Did you mean 'learned'"):
        build_positions("learnt", 9, 8)
