"""Permutations by name and as a person types them."""

import pytest
import torch

from core.errors import ConfigError
from core.probes.equivariance.permutations import GRID_PERMUTATIONS, PERMUTATIONS, named_permutation, order_text, parse_order


@pytest.mark.parametrize("length", [16, 64, 256])
@pytest.mark.parametrize("name", [*PERMUTATIONS, *GRID_PERMUTATIONS])
def test_every_name_is_a_permutation_that_moves_something(name, length):
    permutation = named_permutation(name, length, seed=1)
    assert sorted(permutation.tolist()) == list(range(length)) and permutation.tolist() != list(range(length))
    assert torch.equal(permutation, named_permutation(name, length, seed=1))


def test_rows_stay_rows_and_blocks_stay_blocks():
    rows = named_permutation("rows", 64, seed=3).reshape(8, 8)
    assert (rows // 8 == rows[:, :1] // 8).all() and (rows % 8 == torch.arange(8)).all()
    blocks = named_permutation("blocks", 64, seed=3).reshape(4, 2, 4, 2).transpose(1, 2).reshape(16, 4)
    assert (blocks - blocks[:, :1] == torch.tensor([0, 1, 8, 9])).all()


def test_what_cannot_be_said_of_a_grid():
    with pytest.raises(ConfigError, match="no square grid"):
        named_permutation("rows", 12)
    with pytest.raises(ConfigError, match="no whole blocks"):
        named_permutation("blocks", 9)
    with pytest.raises(ConfigError, match="reverse"):
        named_permutation("revers", 9)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("", [0, 1, 2, 3]), ("3.2.1.0", [3, 2, 1, 0]), (" [1, 0,  3,2] ", [1, 0, 3, 2]), ("Reverse", [3, 2, 1, 0]), ("0 1 2 3", [0, 1, 2, 3])],
)
def test_what_a_person_types(text, wanted):
    found = parse_order(text, 4)
    assert found.tolist() == wanted
    assert parse_order(order_text(found), 4).tolist() == wanted


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("3 2 1", "3 of 4 tokens are named, 0 is missing"),
        ("3 2 1 1", "Token 1 is named 2 times and 0 not at all"),
        ("0 1 2 4", "There is no token 4: the 4 tokens are 0 to 3"),
        ("0 1 2 3 3", "Token 3 is named 2 times"),
        ("0 1 2 -3", "'-3' is no number of a token"),
        ("0 1 two 3", "'two' is no number"),
        ("१ 0 2 3", "is no number"),
        ("...", "is no number"),
        ("9" * 400, "is no number"),
    ],
)
def test_what_is_no_permutation_is_explained(text, says):
    with pytest.raises(ConfigError, match=says):
        parse_order(text, 4)
