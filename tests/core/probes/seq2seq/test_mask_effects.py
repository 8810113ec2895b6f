"""What was measured against what follows from the matrices alone: which outputs can know of which token through so many layers."""

import math

import numpy as np
import pytest
import torch

from core.models.masks import MASKS
from core.probes.seq2seq.mask_effects import empty_rows, mask_effects, padding_probe
from core.probes.seq2seq.masked_sentence import allowed, parse_sentence

SENTENCES = [("hello", 2, "end"), ("the cat sat", 2, "start"), ("a", 0, "end"), ("abcdefghij", 4, "end")]


def reached(matrix, layers):
    """Who can know of whom after some layers: own tokens are kept, and each layer reads once more."""
    one = matrix | np.eye(len(matrix), dtype=bool)
    return np.linalg.matrix_power(one.astype(int), layers) > 0


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("args", SENTENCES)
def test_an_output_moves_exactly_where_it_can_know(args, layers):
    sentence = parse_sentence(*args)
    for name, effects in mask_effects(sentence, layers=layers).items():
        can = reached(allowed(sentence.padding)[name], layers)
        moves = effects.changes[:, 1:]
        assert np.isnan(effects.changes[:, 0]).all() and ((moves > 0) == can[:, 1:]).all(), name
        assert (moves[~can[:, 1:]] == 0).all()  # exactly
        assert effects.passed and (effects.before == (0, 0)) == MASKS[name].causal


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_the_leak_reaches_back_a_position_a_layer(layers):
    effects = mask_effects(parse_sentence("hello"), layers=layers)
    assert effects["off-by-one"].reach == layers and effects["subsequent"].reach == 0
    assert effects["off-by-one"].changes[3, 4] > 0.01 and effects["subsequent"].changes[3, 4] == 0


def test_a_mask_that_is_not_what_it_is_called_does_not_pass(monkeypatch):
    import core.models.masks as masks

    wrong = masks.Mask("Subsequent", "", 0, False)
    monkeypatch.setattr(masks.Mask, "build", lambda self, padding: masks.subsequent_mask(padding.shape[1], shift=1))
    monkeypatch.setitem(masks.MASKS, "subsequent", wrong)
    assert not mask_effects(parse_sentence("hello"))["subsequent"].passed


def test_other_seeds_are_other_numbers_and_the_same_zeros():
    one, other = (mask_effects(parse_sentence("hello"), seed=seed)["both"].changes for seed in (0, 1))
    assert not np.array_equal(one, other, equal_nan=True) and ((one == 0) == (other == 0)).all()


@pytest.mark.parametrize("extra", [1, 3, 8])
def test_more_padding_changes_nothing_with_its_mask_alone(extra):
    sentence = parse_sentence("hello", 2)
    masked, read = (padding_probe(sentence, extra, masked=masked) for masked in (True, False))
    assert masked.passed and masked.logits_off <= masked.tolerance < 1e-7 and masked.extra == extra
    assert read.passed and read.logits_off > 0.01 and read.verdict == "padding is read"


def test_a_row_that_may_read_nothing():
    infinite, low, own = empty_rows((0.5, 2.0, -1.0, 0.0))
    assert all(map(math.isnan, infinite.weights)) and low.weights == (0.25,) * 4 and own.weights == (0.0,) * 4
    scores = torch.tensor([[0.5, 2.0]])
    nothing = torch.zeros(1, 2, dtype=torch.bool)
    assert torch.softmax(scores.masked_fill(~nothing, -torch.inf), -1).isnan().all()
