"""Pairs by formula against pairs counted one by one, and the matrices against what the papers say of them."""

import numpy as np
import pytest
import torch
from torch import nn

from core.errors import ConfigError
from core.probes.attention.pairs import KINDS, AttentionSizes, count_test, pairs, patterns, reduced_keys


def counted(kind, length, sizes):
    """Cell by cell, from the words of the papers."""
    half = sizes.window // 2
    patches = length // sizes.frames
    reads = {
        "full": lambda q, k: 1,
        "subsequent": lambda q, k: k <= q,
        "banded": lambda q, k: (0.5 + 0.5 * (q - k < sizes.window)) * (k <= q),
        "window": lambda q, k: q - half <= k <= q + half or q < sizes.global_tokens or k < sizes.global_tokens,
        "blocks": lambda q, k: k <= q and k // sizes.window >= q // sizes.window - 1,
        "divided": lambda q, k: (q // patches == k // patches) + (q % patches == k % patches),
    }[kind]
    return sum(float(reads(q, k)) for q in range(length) for k in range(length))


@pytest.mark.parametrize("kind", ["full", "subsequent", "banded", "window", "blocks", "divided"])
@pytest.mark.parametrize("length", [2, 4, 6, 16, 30, 46])
@pytest.mark.parametrize(("window", "tokens"), [(1, 0), (2, 1), (5, 3), (8, 0), (8, 2), (100, 1), (6, 100)])
def test_the_formula_is_the_count(kind, length, window, tokens):
    sizes = AttentionSizes(window=window, global_tokens=tokens, frames=2)
    assert pairs(kind, length, sizes) == counted(kind, length, sizes)


@pytest.mark.parametrize(("length", "reduction"), [(1, 1), (16, 2), (64, 4), (64, 3), (128, 4), (36, 4), (12, 8), (7, 2)])
def test_reduced_keys_are_what_a_strided_convolution_leaves(length, reduction):
    rows = max(n for n in range(1, length + 1) if length % n == 0 and n * n <= length)
    tokens = torch.zeros(1, 1, rows, length // rows)
    kernel = tuple(min(reduction, side) for side in tokens.shape[2:])  # a map smaller than the square is one key wide
    keys = nn.Conv2d(1, 1, kernel, stride=kernel)(tokens).numel()
    assert reduced_keys(length, reduction) == keys and pairs("reduced", length, AttentionSizes(reduction=reduction)) == length * keys


def test_projected_and_neighbors_cannot_read_more_than_there_is():
    assert pairs("projected", 100, AttentionSizes(rank=7)) == 700 and pairs("projected", 5, AttentionSizes(rank=7)) == 25
    assert pairs("neighbors", 100, AttentionSizes(neighbors=16)) == 1600 and pairs("neighbors", 3, AttentionSizes(neighbors=16)) == 9
    (nearest,) = patterns("neighbors", 50, AttentionSizes(neighbors=4))
    assert nearest.diagonal().all() and (nearest.sum(1) == 4).all()


@pytest.mark.parametrize("length", [1, 2, 8, 64, 96])
def test_every_kind_is_counted_and_equal(length):
    report = count_test(length, AttentionSizes(window=6, rank=5, reduction=2, frames=1 if length == 1 else 2, neighbors=3, global_tokens=2))
    assert report.passed and report.max_abs_diff == 0 and report.counted.keys() == KINDS.keys() - {"rasterised"}
    assert report.counted["full"] == length**2


def test_a_wrong_formula_is_found(monkeypatch):
    import core.probes.attention.pairs as costs

    monkeypatch.setattr(costs, "_triangle", lambda length: length**2 // 2)
    report = count_test(64, AttentionSizes(window=6))
    assert not report.passed and report.max_abs_diff >= 32


def test_points_on_grids_have_no_pairs():
    assert pairs("rasterised", 64) is None and patterns("rasterised", 64) == ()


def test_what_is_linear_doubles_and_what_is_full_grows_fourfold():
    ratio = {kind: pairs(kind, 65536) / pairs(kind, 32768) for kind in KINDS if kind != "rasterised"}
    assert ratio["full"] == ratio["reduced"] == 4 and ratio["projected"] == ratio["neighbors"] == 2
    assert ratio["window"] == pytest.approx(2, abs=0.01) and ratio["blocks"] == pytest.approx(2, abs=0.01)
    assert 3.9 < ratio["divided"] < 4  # the frames stay as many: space is still quadratic


def test_timesformer_counts_what_its_paper_counts():
    """8 frames of 196 patches: 8 + 196 pairs a patch instead of 8 * 196 (the class token left out)."""
    assert pairs("divided", 8 * 196, AttentionSizes(frames=8)) == 8 * 196 * (8 + 196)


def test_nobody_reads_a_later_one_where_the_mask_is_subsequent():
    for kind in ("subsequent", "banded", "blocks"):
        for matrix in patterns(kind, 24, AttentionSizes(window=5)):
            assert not np.triu(matrix, 1).any() and matrix.diagonal().all()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: pairs("sparse", 4), "no kind of attention named 'sparse'"),
        (lambda: pairs("full", 0), "at least one token"),
        (lambda: pairs("divided", 10, AttentionSizes(frames=4)), "multiple of 4"),
        (lambda: patterns("full", 5000), "1,024 tokens at most"),
        (lambda: AttentionSizes(window=0), "window = 0 is too small"),
        (lambda: AttentionSizes(global_tokens=-1), "choose 0 or more"),
    ],
)
def test_what_cannot_be_is_explained(call, said):
    with pytest.raises(ConfigError, match=said):
        call()
