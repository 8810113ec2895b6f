"""Every matrix against torch's attention, gradient sizes against autograd, tokens against their formulas, bad input against its remedy."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core.data.shapes import draw
from core.errors import ConfigError
from core.models.attention import attention_stages
from core.models.patches import PatchEmbed
from core.probes.attention.by_hand import (
    DIVISORS,
    GREY,
    MASKS,
    MOST_TOKENS,
    Projections,
    attention_by_hand,
    divisor_of,
    entropy,
    make_mask,
    number_tokens,
    parse_numbers,
    parse_words,
    patch_tokens,
    possible_heads,
    saturation,
    score_spread,
    softmax_slope,
    word_tokens,
)
from core.probes.attention.proof import as_torch, check_by_hand, check_layer, course_shapes

WORDS = ("the", "cat", "saw", "the", "dog")


def hand(words=WORDS, width=8, heads=2, mask="none", divisor="sqrt(D)", temperature=1.0, seed=0):
    factor = 1 / (divisor_of(divisor, size=width // heads, length=len(words)) * temperature)
    matrices = Projections.random(width, seed)
    return attention_by_hand(word_tokens(words, width, seed), matrices, heads, mask=make_mask(mask, len(words)), factor=factor)


@pytest.mark.parametrize("heads", [1, 2, 4])
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("divisor", DIVISORS)
def test_every_matrix_is_that_of_attention_stages(heads, mask, divisor):
    found = hand(heads=heads, mask=mask, divisor=divisor, temperature=0.5)
    x, size = torch.from_numpy(found.tokens), 8 // heads
    linear = (F.linear(x, torch.from_numpy(m)) for m in (found.projections.query, found.projections.key, found.projections.value))
    q, k, v = (features.reshape(5, heads, size).permute(1, 0, 2) for features in linear)
    expected = attention_stages(q, k, v, torch.from_numpy(make_mask(mask, 5)), scale=found.factor)
    for name in ("scores", "scaled", "masked", "weights"):
        torch.testing.assert_close(torch.from_numpy(getattr(found, name)), getattr(expected, name), rtol=0, atol=1e-12)
    joined = expected.output.permute(1, 0, 2).reshape(5, 8)
    torch.testing.assert_close(torch.from_numpy(found.joined), joined, rtol=0, atol=1e-12)
    torch.testing.assert_close(torch.from_numpy(found.output), F.linear(joined, torch.from_numpy(found.projections.output)))


@pytest.mark.parametrize("width", [4, 6, 64])
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("divisor", DIVISORS)
def test_the_proof_passes_and_counts_empty_rows(width, mask, divisor):
    report = check_by_hand(hand(width=width, mask=mask, divisor=divisor, temperature=2.0))
    assert report.passed and max(report.stages, report.fused, report.module) < 1e-11 and report.total < 1e-14 and report.leaks == 0
    assert (report.rows, report.nan_rows) == ((4, 1) if mask == "earlier" else (5, 0))


def test_the_proof_can_fail():
    found = hand(mask="causal")
    found.weights[0, 0, 4] = 1e-3
    report = check_by_hand(found)
    assert not report.passed and report.leaks == 1 and report.stages == pytest.approx(1e-3) and report.total == pytest.approx(1e-3)
    found = hand()
    found.output[2, 3] += 1e-3
    assert check_by_hand(found).module == pytest.approx(1e-3) and not check_by_hand(found).passed


def test_the_slope_is_that_of_autograd():
    scores = torch.randn(3, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * torch.tensor([[0.1], [1.0], [8.0]])
    expected = [torch.autograd.functional.jacobian(lambda row: row.softmax(-1), row).norm().item() for row in scores]
    assert softmax_slope(scores.softmax(-1).numpy()) == pytest.approx(expected, rel=1e-9)


def test_slope_and_entropy_at_their_ends():
    even, one = np.full(8, 1 / 8), np.eye(8)[3]
    assert softmax_slope(even) == pytest.approx(7**0.5 / 8) and softmax_slope(one) == 0
    assert softmax_slope(np.array([0.5, 0.5])) == pytest.approx(0.5)
    assert entropy(even) == pytest.approx(np.log(8)) and entropy(one) == 0
    weights = torch.rand(4, 9, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).softmax(-1)
    assert entropy(weights.numpy()) == pytest.approx(torch.distributions.Categorical(weights).entropy().numpy())


def test_it_is_scaled_by_the_size_of_a_key_unless_told_otherwise():
    found, told = attention_by_hand(word_tokens(WORDS, 8), Projections.random(8, 0), 2), hand()
    assert found.factor == 0.5 and found.mask.all() and (found.output == told.output).all()


def test_an_empty_row_is_zeros_and_nothing_is_nan():
    found = hand(mask="earlier")
    assert not found.weights[:, 0].any() and not found.output[0].any() and not found.reads[0] and found.reads[1:].all()
    assert (found.entropy[:, 0] == 0).all() and (found.jacobian[:, 0] == 0).all()
    assert all(np.isfinite(getattr(found, name)).all() for name in ("masked", "weights", "joined", "output", "entropy", "jacobian"))


def test_one_token_reads_itself():
    found = hand(("alone",))
    assert found.weights.tolist() == [[[1.0]], [[1.0]]] and found.joined == pytest.approx(found.v)
    assert check_by_hand(found).passed and [row.slope for row in saturation(found)] == [0, 0, 0]
    empty = hand(("alone",), mask="earlier")
    assert saturation(empty) == [] and not empty.output.any() and check_by_hand(empty).passed


def test_without_a_divisor_long_keys_saturate():
    """Trap 8: keys of 64 numbers; the number of tokens cannot make up for them."""
    none, by_size, by_length = saturation(hand(width=64, heads=1))
    assert (none.value, by_size.value, by_length.value) == (1.0, 8.0, pytest.approx(5**0.5))
    assert none.slope < by_length.slope < by_size.slope and none.entropy < by_length.entropy < by_size.entropy
    assert none.largest > by_length.largest > by_size.largest
    assert none.spread == pytest.approx(8 * by_size.spread)


def test_saturation_describes_the_attention_that_is_asked_for():
    found = hand(mask="causal", divisor="sqrt(T)", temperature=3.0)
    row = saturation(found, temperature=3.0)[DIVISORS.index("sqrt(T)")]
    assert row.entropy == pytest.approx(found.entropy.mean()) and row.slope == pytest.approx(found.jacobian.mean())
    assert row.spread == pytest.approx(np.std(found.scaled[:, np.tril(np.ones((5, 5), bool))]))


@pytest.mark.parametrize("size", [4, 16, 64])
@pytest.mark.parametrize("length", [6, 100])
def test_scores_spread_with_the_size_of_a_key_and_not_with_the_number_of_tokens(size, length):
    assert score_spread(size, length) == pytest.approx(size**0.5, rel=0.03)


def test_equal_words_are_equal_tokens_of_deviation_one():
    tokens = word_tokens(WORDS, 16)
    assert (tokens[0] == tokens[3]).all() and not np.allclose(tokens[0], tokens[1])
    assert tokens.mean(-1) == pytest.approx(np.zeros(5), abs=1e-12) and tokens.std(-1) == pytest.approx(np.ones(5), rel=1e-4)
    assert not np.allclose(tokens, word_tokens(WORDS, 16, seed=1))


def test_numbers_are_embedded_on_a_line():
    tokens = torch.from_numpy(number_tokens((0.0, 1.0, 2.0, 1e6), 8))
    slope, offset = torch.from_numpy(np.random.default_rng([4, 0]).normal(size=(2, 8)))
    expected = F.layer_norm(torch.tensor([0.0, 1.0, 2.0, 1e6], dtype=torch.float64)[:, None] * slope + offset, (8,))
    torch.testing.assert_close(tokens, expected)


def test_patches_are_those_of_a_patch_embedding():
    (pixels,), _ = draw(np.array([10_006]))
    tokens = patch_tokens(pixels, 4, 16)
    assert tokens.shape == (16, 16)
    from core.models.embedding import Embedding

    made = Embedding.untrained(8, 16, mean=GREY[0], std=GREY[1])
    module = PatchEmbed(32, 8, 3, 16).double()
    module.project.weight.data, module.project.bias.data = torch.from_numpy(made.weight), torch.from_numpy(made.bias)
    expected = module(torch.from_numpy((pixels[None] / 255 - 0.5) / 0.25))[0]
    torch.testing.assert_close(torch.from_numpy(tokens), expected.detach())


def test_masks():
    assert make_mask("causal", 3).tolist() == [[True, False, False], [True, True, False], [True, True, True]]
    assert make_mask("earlier", 3).tolist() == [[False, False, False], [True, False, False], [True, True, False]]
    assert make_mask("none", 3).all()
    with pytest.raises(ConfigError, match="no mask named 'casual'. Did you mean 'causal'"):
        make_mask("casual", 3)
    with pytest.raises(ConfigError, match="no divisor named"):
        divisor_of("sqrt(C)", size=2, length=3)


def test_heads_must_divide():
    assert possible_heads(12) == [1, 2, 3, 4, 6]
    for heads in (3, 0, 16):
        with pytest.raises(ConfigError, match=f"{heads} heads do not divide a width of 8.*Choose one of 1, 2, 4, 8"):
            attention_by_hand(np.zeros((2, 8)), Projections.random(8, 0), heads)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1 2 3", (1, 2, 3)),
        ("1, 2, 3", (1, 2, 3)),
        ("0.5; −2", (0.5, -2)),
        ("1,2,3", (1, 2, 3)),
        ("1 ,2", (1, 2)),
        ("0.5,2", (0.5, 2)),
        ("1e3 .25", (1000, 0.25)),
        (" 7 ", (7,)),
    ],
)
def test_numbers_that_can_be_used(text, numbers):
    assert parse_numbers(text) == numbers


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Type 1 to 12 numbers.*these are 0"),
        (", ;", "Type 1 to 12 numbers.*these are 0"),
        ("1 " * 13, "these are 13"),
        ("1 two", "'two' is no number"),
        ("nan", "'nan' is no number"),
        ("0,5 1,5", "'0,5' may be one number or two. Write a point: 0.5; or, for two, a space between them: 0 5"),
        ("1 2 -0,25", "Write a point: -0.25"),
        ("0,5", "Write a point: 0.5"),
        ("1e999", "no number between -1,000,000 and 1,000,000"),
        ("2e6", "no number between"),
    ],
)
def test_numbers_that_cannot(text, message):
    with pytest.raises(ConfigError, match=message):
        parse_numbers(text)


def test_words_that_cannot_be_used():
    assert parse_words("  eins zwei\tdrei ") == ("eins", "zwei", "drei")
    assert len(parse_words("a " * MOST_TOKENS)) == MOST_TOKENS
    for text, message in (("  ", "these are 0"), ("a " * 13, "Type 1 to 12 words"), ("x" * 21, "20 letters, and x{20}… has 21")):
        with pytest.raises(ConfigError, match=message):
            parse_words(text)


@pytest.mark.parametrize("heads", [1, 4])
def test_the_shapes_of_the_course(heads):
    size = 64 // heads
    assert course_shapes(heads) == {
        "tokens": (4, 100, 64), "q, k, v of the heads": (4, heads, 100, size), "weights": (4, heads, 100, 100),
        "outputs of the heads": (4, heads, 100, size), "output": (4, 100, 64),
    }  # fmt: skip


def test_the_layer_equals_torch_in_both_orders_and_stacked():
    report = check_layer()
    assert report.passed and max(report.before, report.after, report.stacked) < 1e-10 and report.shape == (4, 100, 64)


def test_the_layers_proof_can_fail(monkeypatch):
    from core.probes.attention import proof as attention_proof

    def off(layer):
        twin = as_torch(layer)
        twin.norm2.bias.data += 1e-3
        return twin

    monkeypatch.setattr(attention_proof, "as_torch", off)
    assert not attention_proof.check_layer().passed
