"""Positions taken apart, against formulas written out with `math`, NumPy's own products, and the models' modules."""

import math

import numpy as np
import pytest
import torch

from core.errors import ConfigError
from core.hparams import declared
from core.models.configs import ViTConfig
from core.models.positions import build_positions
from core.probes.equivariance.permutations import PERMUTATIONS, named_permutation
from core.probes.positions.placing import layernormed_tokens, place_test, table_test
from core.probes.positions.tables import (
    KINDS,
    check_size,
    distance_gap,
    grid_of,
    loudness,
    position_entry,
    position_table,
    similarity,
)

SIZES = [(65, 64), (16, 7), (1, 2), (2, 5), (257, 16)]


def test_every_kind_of_a_vit_is_known():
    assert set(KINDS) == set(declared(ViTConfig)["positions"].choices)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("length", "dim"), SIZES)
def test_each_number_of_a_table_is_its_entry(kind, length, dim):
    if kind == "rotary" and dim % 2:
        return
    table = position_table(kind, length, dim)
    assert table.shape == (length, dim)
    for position in {0, 1 % length, length // 2, length - 1}:
        for feature in range(dim):
            entry = position_entry(kind, position, feature, length, dim, value=table[position, feature])
            assert entry.value == pytest.approx(table[position, feature], abs=1e-12)


@pytest.mark.parametrize(
    ("kind", "position", "feature", "value", "formula"),
    [
        ("sinusoidal", 5, 12, math.sin(5 / 10000 ** (12 / 64)), "PE(5, 12) = sin(5 / 10000^(12/64)) = sin(0.8891) = 0.7765"),
        ("sinusoidal", 64, 1, math.cos(64), "PE(64, 1) = cos(64 / 10000^(0/64)) = cos(64.0000) = 0.3919"),
        ("grid", 14, 3, math.cos(1 / 10000 ** (2 / 32)), "PE(14, 3) = cos(row 1 / 10000^(2/32)) = cos(0.5623) = 0.8460"),
        ("grid", 14, 34, math.sin(5 / 10000 ** (2 / 32)), "PE(14, 34) = sin(column 5 / 10000^(2/32)) = sin(2.8117) = 0.3239"),
        ("grid", 0, 3, 0.0, "PE(0, 3) = 0: the class token has no place in the grid"),
        ("index", 9, 3, 9.0, "PE(9, 3) = pos = 9"),
        ("none", 9, 3, 0.0, "PE(9, 3) = 0: nothing is added"),
        ("rotary", 3, 0, math.cos(3), "angle 3 / 10000^(0/64) = 3.0000: (x, y) → (−0.9900 x − 0.1411 y, 0.1411 x − 0.9900 y)"),
        ("rotary", 3, 5, math.sin(3 / 10000 ** (4 / 64)),
         "angle 3 / 10000^(4/64) = 1.6870: (x, y) → (−0.1160 x − 0.9933 y, 0.9933 x − 0.1160 y)"),
    ],
)  # fmt: skip
def test_the_formula_with_its_numbers(kind, position, feature, value, formula):
    entry = position_entry(kind, position, feature, 65, 64)
    assert entry.value == pytest.approx(value, abs=1e-15)
    assert entry.formula == formula


def test_the_formula_of_a_turn_turns():
    """The words of the formula, computed: what is written beside x and y makes of (x, y) what complex numbers do."""
    entry = position_entry("rotary", 7, 2, 10, 8)
    x, y = 0.3, -1.2
    turned = complex(x, y) * complex(math.cos(entry.angle), math.sin(entry.angle))
    text = entry.formula.partition("→ (")[2].rstrip(")").replace("−", "-").replace("- ", "-").replace("+ ", "+")
    parts = [[float(n) for n in half.replace("x", "").replace("y", "").split()] for half in text.split(", ")]
    assert [a * x + b * y for a, b in parts] == pytest.approx([turned.real, turned.imag], abs=2e-4)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "learned"])
@pytest.mark.parametrize(("length", "dim"), SIZES)
def test_the_modules_of_the_models_hold_the_same_table(kind, length, dim):
    if kind == "rotary" and dim % 2:
        return
    report = table_test(kind, length, dim)
    assert report.equal and report.entries == length * dim
    assert report.max_abs_diff <= report.tolerance


def test_a_wrong_table_is_found_out(monkeypatch):
    """With 1000 for 10000, say, the module is not the formula."""
    import core.models.positions as positions

    right = positions.rotary_angles
    monkeypatch.setattr(positions, "rotary_angles", lambda length, dim: right(length, dim) * 1.001)
    assert not table_test("sinusoidal", 65, 64).equal and not table_test("rotary", 65, 64).equal


def test_similarity_is_the_cosine():
    table = np.random.default_rng(0).normal(size=(9, 5))
    table[3] = 0
    found = similarity(table)
    for a in range(9):
        for b in range(9):
            norms = math.sqrt(sum(table[a] ** 2)) * math.sqrt(sum(table[b] ** 2))
            assert found[a, b] == pytest.approx(sum(table[a] * table[b]) / norms if norms else 0.0, abs=1e-12)


def test_of_sines_and_of_turns_the_distance_alone_counts():
    for kind in ("sinusoidal", "rotary"):
        assert distance_gap(similarity(position_table(kind, 65, 64))) < 1e-12
    assert similarity(position_table("rotary", 65, 64)) == pytest.approx(similarity(position_table("sinusoidal", 65, 64)), abs=1e-12)
    assert distance_gap(similarity(position_table("grid", 64, 64))) > 0.1  # a row's end is not beside the next one's start
    assert distance_gap(np.array([[1.0, 0.2], [0.4, 1.0]])) == 0.0 and distance_gap(np.array([[1.0, 0.2], [0.4, 0.7]])) == pytest.approx(
        0.3
    )


def test_rotary_similarity_is_the_models_score():
    """A query and a key that are (1, 0, 1, 0, ...), turned by the model's module, by distance 0."""
    from core.models.positions import Rotary

    one = torch.tensor([1.0, 0.0], dtype=torch.float64).repeat(33, 8)
    scores = Rotary(16)(one) @ Rotary(16)(one).T
    assert similarity(position_table("rotary", 33, 16)) == pytest.approx((scores / 8).numpy(), abs=1e-12)


def test_the_index_drowns_a_token_and_layernorm_takes_it_out():
    found = loudness(position_table("index", 65, 64))
    assert (found.first, found.last, found.token, found.ratio) == (0.0, 64 * 8.0, 8.0, 64.0)
    assert found.left == 0.0
    tokens = layernormed_tokens(65, 64)
    assert tokens.norm(dim=-1).numpy() == pytest.approx(np.full((1, 65), found.token), rel=1e-4)
    waves = loudness(position_table("sinusoidal", 65, 64))
    assert waves.first == pytest.approx(math.sqrt(32)) and waves.largest == pytest.approx(math.sqrt(32)) and waves.left > 5


@pytest.mark.parametrize("name", [name for name in PERMUTATIONS if name != "swap"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_positions_do_to_the_shuffle_test(kind, name):
    tokens, p = layernormed_tokens(17, 16), named_permutation(name, 17)
    vit, older = (place_test(kind, tokens, p, norm_first=first).verdict for first in (True, False))
    assert vit == ("equivariant" if kind in ("none", "index") else "neither")  # LayerNorm takes the bare index out
    assert older == ("equivariant" if kind == "none" else "neither")  # before the first LayerNorm attention has read it
    if kind != "rotary":
        assert place_test(kind, tokens, p, together=True).verdict == "equivariant"  # trap 6: it proves nothing


def test_learned_positions_are_those_given():
    tokens, p = layernormed_tokens(17, 16), named_permutation("random", 17)
    table = np.random.default_rng(3).normal(size=(17, 16))
    assert place_test("learned", tokens, p, table=np.zeros((17, 16))).verdict == "equivariant"
    found = place_test("learned", tokens, p, table=table)
    again = place_test("none", tokens + torch.from_numpy(table), torch.arange(17))
    torch.testing.assert_close(found.plain, again.plain, rtol=0, atol=1e-12)  # the same encoder on tokens + table
    assert found.verdict == "neither"


def test_no_other_model_is_disturbed():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    place_test("learned", layernormed_tokens(5, 8), named_permutation("random", 5))
    assert torch.equal(torch.rand(3), expected)


def test_squares():
    assert [grid_of(n) for n in (1, 2, 4, 5, 64, 65, 256, 257)] == [(1, 0), (1, 1), (2, 0), (2, 1), (8, 0), (8, 1), (16, 0), (16, 1)]
    assert [n for n in range(1, 20) if grid_of(n) is None] == [3, 6, 7, 8, 11, 12, 13, 14, 15, 18, 19]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: position_table("grid", 60, 8), "60 is neither. Choose 49 or 50, 64 or 65"),
        (lambda: position_entry("grid", 0, 0, 3, 8), "3 is neither"),
        (lambda: position_table("rotary", 5, 7), "a head cannot be 7 wide. Choose an even width, such as 8"),
        (lambda: position_table("learnt", 5, 7), "Did you mean 'learned'"),
        (lambda: check_size(4096, 64), "Of 4,096 tokens .* 16,777,216 cells.* at most 257"),
        (lambda: check_size(0, 64), "at least 1"),
        (lambda: check_size(5, 1), "of 1 feature nothing is left"),
        (lambda: check_size(5, 4096), "4,096 features .* at most 128"),
    ],
)
def test_what_cannot_be(call, message):
    with pytest.raises(ConfigError, match=message):
        call()


def test_one_token_has_nothing_to_be_shuffled_with():
    found = place_test("sinusoidal", layernormed_tokens(1, 8), named_permutation("random", 1))
    assert found.moved == 0 and found.verdict == "equivariant"
    assert build_positions("grid", 1, 8)(torch.zeros(1, 1, 8)).shape == (1, 1, 8)
