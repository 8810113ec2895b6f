"""Which shuffles which architecture survives."""

import pytest
import torch

from core.probes.equivariance.permutations import GRID_PERMUTATIONS, PERMUTATIONS
from core.probes.equivariance.subjects import untrained
from core.probes.equivariance.survival import Survival, survival

ALL = [*PERMUTATIONS, *GRID_PERMUTATIONS]
IMAGE = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize(
    ("name", "group", "survived"),
    [
        ("encoder", "equivariant", ALL),
        ("mlp", "equivariant", ALL),
        ("pool", "invariant", ALL),
        ("convolution", "some", ["shift", "halves"]),
        ("bidirectional", "neither", []),
        ("gru", "neither", []),
        ("encoder-sinusoidal", "neither", []),
        ("encoder-grid", "neither", []),
        ("causal", "neither", []),
    ],
)
def test_who_survives_what(name, group, survived):
    found = survival(untrained(name, 8), IMAGE, 16)
    assert found.group == group and found.survived == survived and list(found.verdicts) == ALL


def test_four_patches_and_one():
    assert survival(untrained("convolution", 16), IMAGE, 4).verdicts["shift"] == "equivariant"
    assert survival(untrained("gru", 32), IMAGE, 1).group == "equivariant", "one token has nowhere to go"


def test_groups():
    assert Survival({"random": "equivariant", "swap": "invariant"}).group == "invariant"
    assert Survival({"random": "neither", "swap": "invariant"}).group == "some"
